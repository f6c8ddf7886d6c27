/** The program's version, for change records; taken from package.json when bundled. */
import manifest from '../../package.json' with { type: 'json' };

export const APP_VERSION: string = manifest.version;
