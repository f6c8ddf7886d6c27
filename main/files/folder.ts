/** Folders that a person named, made with all above them. */
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/**
 * Makes a folder and those above it that are missing; one that is there is left as it is. As `mkdir` with `recursive`, which
 * never comes back where a file system says of a folder that is there that it is not (/proc does).
 * @throws the error of the first `mkdir` that failed
 */
export async function makeFolder(dir: string): Promise<void> {
  const make = async (): Promise<void> => {
    try {
      await mkdir(dir);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST' || !(await stat(dir)).isDirectory()) throw error;
    }
  };
  try {
    await make();
  } catch (error) {
    const above = path.dirname(dir);
    if (codeOf(error) !== 'ENOENT' || above === dir) throw error;
    await makeFolder(above);
    await make();
  }
}
