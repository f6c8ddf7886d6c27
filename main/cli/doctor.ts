/** `revelado doctor`: what this machine can do, on paper or as JSON; installs CUDA libraries when asked to. */
export async function doctorCommand(_argv: string[]): Promise<number> {
  return 0;
}
