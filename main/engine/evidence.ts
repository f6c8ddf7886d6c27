/**
 * Another picture of the same, opened as evidence: as it was scanned, print or negative, because the tones are brought over
 * by curves that the two share. Beside it, what is damaged in it: nothing is taken from there.
 */
import { readerOf } from '../actions/picture/as-is.ts';
import type { PictureSource } from '../actions/picture/source.ts';
import { DAMAGED, evidenceFrom, type Evidence, type Mask } from '../actions/repair/index.ts';
import { say, type Sentence } from '../../app/words/sentences.ts';
import { decodeScan } from '../files/index.ts';
import { sharedSource } from './positive.ts';
import type { Workshop } from './workshop.ts';

/** A picture that may be evidence. */
export interface EvidenceFile {
  path: string;
  name: string;
  sha256: string;
}

/** What came of it, for the record. */
export interface EvidenceUse {
  name: string;
  sha256: string;
  /** 0..1; null: it does not show the same. */
  agreement: number | null;
  negative: boolean;
}

/** @param side longest side that is of use; more is reduced */
export async function openEvidence(
  shop: Workshop,
  file: string,
  side: number,
  signal?: AbortSignal,
): Promise<PictureSource> {
  const info = await shop.scans.info(file);
  const longest = Math.max(info.width, info.height);
  const { picture } =
    side < longest
      ? await shop.pool.decode(
          file,
          { maxSide: Math.round(side), infrared: false, leastInfrared: true },
          signal,
        )
      : await shop.cores.with(1, signal, () =>
          decodeScan(file, { infrared: false, ...(signal ? { signal } : {}) }),
        );
  const scale = Math.max(picture.width, picture.height) / longest;
  return sharedSource(picture, readerOf(picture, info.own), scale).source;
}

/** How much finer than the picture its evidence is opened: enough for its own sampling. */
const FINER = 1.25;

/**
 * Evidence from several pictures: each pixel from the first that is believed there.
 * @param damageOf finds what is damaged in another picture
 */
export async function gatherEvidence(
  source: PictureSource,
  mask: Mask,
  files: readonly EvidenceFile[],
  open: (path: string, side: number) => Promise<PictureSource>,
  damageOf: (other: PictureSource, file: EvidenceFile) => Promise<Mask>,
): Promise<{ evidence: Evidence | null; uses: EvidenceUse[]; notes: Sentence[] }> {
  const uses: EvidenceUse[] = [];
  const notes: Sentence[] = [];
  const all: Evidence[] = [];
  if (mask.data.some((v) => v >= DAMAGED))
    for (const file of files) {
      const other = await open(file.path, FINER * Math.max(source.width, source.height));
      const found = await evidenceFrom(source, other, mask, await damageOf(other, file));
      const { name, sha256 } = file;
      if (!found) {
        uses.push({ name, sha256, agreement: null, negative: false });
        notes.push(say('evidence-other', { file: name }));
        continue;
      }
      const { agreement, negative } = found.registration;
      uses.push({ name, sha256, agreement, negative });
      notes.push(say('evidence-used', { file: name, percent: (100 * agreement).toFixed(0) }));
      all.push(found);
    }
  if (all.length < 2) return { evidence: all[0] ?? null, uses, notes };
  const evidence: Evidence = {
    async read(rect, signal) {
      const out = await all[0].read(rect, signal);
      const n = rect.w * rect.h;
      for (const next of all.slice(1)) {
        if (!out.trust.includes(0)) break;
        const more = await next.read(rect, signal);
        for (let i = 0; i < n; i++) {
          if (out.trust[i] || !more.trust[i]) continue;
          out.trust[i] = 1;
          for (let k = i; k < out.data.length; k += n) out.data[k] = more.data[k];
        }
      }
      return out;
    },
  };
  return { evidence, uses, notes };
}
