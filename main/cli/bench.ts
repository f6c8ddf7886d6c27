/** `revelado bench`: speed on this machine. */
export async function benchCommand(_argv: string[]): Promise<number> {
  return 0;
}
