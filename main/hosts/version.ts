/** The version shown to people and written into change records; one source, package.json. */
import manifest from '../../package.json' with { type: 'json' };

export const APP_VERSION: string = manifest.version;
