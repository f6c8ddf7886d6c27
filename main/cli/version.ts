/** The program's version, as `--version` prints it. */
export { APP_VERSION as version } from '../engine/version.ts';
