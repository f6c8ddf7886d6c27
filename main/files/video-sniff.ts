/**
 * What a film file is by its first bytes, where ffmpeg's own answer would not say it plainly: playlists and scripts that
 * name other files or addresses (whatever they call themselves), and empty files.
 */
import { open } from 'node:fs/promises';
import { fileError } from './bytes.ts';

export type FilmBeginning = 'empty' | 'playlist' | 'other';

const PLAYLISTS = [
  /^#EXTM3U/i,
  /^#EXT-X-/im,
  /^ffconcat\s+version/i,
  /^\s*file\s+['"]?[^\n]+\n\s*(?:file|duration|inpoint|outpoint|#)/i,
  /^\s*file\s+['"][^\n]+['"]\s*$/i,
  /^v=0\r?\no=/,
  /^\[playlist\]/i,
  /^\s*\[Reference\]/i,
  /^RTSPtext/i,
  /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*<(?:MPD|smil|asx|SmoothStreamingMedia|playlist)\b/i,
  /^\s*(?:https?|rtsp|rtmp|mms|ftp):\/\//i,
];

/** `boxes`: it begins as QuickTime and MP4 files do. @throws RevealError 'bad-input' where the file cannot be read */
export async function filmBeginning(
  file: string,
): Promise<{ kind: FilmBeginning; bytes: number; boxes: boolean }> {
  try {
    const handle = await open(file, 'r');
    try {
      const { size } = await handle.stat();
      const head = Buffer.alloc(4096);
      const { bytesRead } = await handle.read(head, 0, head.length, 0);
      if (bytesRead === 0) return { kind: 'empty', bytes: size, boxes: false };
      const text = head.toString('latin1', 0, bytesRead).replace(/^\u00ef\u00bb\u00bf/, '');
      return {
        kind: PLAYLISTS.some((form) => form.test(text)) ? 'playlist' : 'other',
        bytes: size,
        boxes: /^(?:ftyp|moov|mdat|wide|free|skip|pnot)$/.test(text.slice(4, 8)),
      };
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileError(file, error, 'read');
  }
}
