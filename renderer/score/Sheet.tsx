/** A line of music; the note that sounds is lit. */
import { Box } from '@mui/material';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { sixteenthSeconds, type Melody } from '../../app/melody/types.ts';
import { playedTempo } from '../../app/sound/performance.ts';
import { playedSeconds } from './player.ts';
import type { Engraved } from './store.ts';

/** Index of the note that sounds after so many seconds; -1 in a rest. */
function sounding(melody: Melody, seconds: number, tempo: number | null): number {
  const at = seconds / sixteenthSeconds(playedTempo(melody, tempo));
  return melody.notes.findIndex((n) => at >= n.onset && at < n.onset + n.duration);
}

/** Only the picture of our own engraver is set in; it holds shapes and no more, and is looked through all the same. */
function parsed(svg: string): SVGElement | null {
  const root = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement;
  if (!(root instanceof SVGElement)) return null;
  for (const element of root.querySelectorAll('script, foreignObject, a')) element.remove();
  return root;
}

export function Sheet({
  melody,
  engraved,
  tempo,
  playing,
  onWidth,
}: {
  melody: Melody;
  engraved: Engraved | null;
  /** At which it is played; null: the melody's own. */
  tempo: number | null;
  playing: boolean;
  /** Lines are as long as their place is wide: asks for the melody to be engraved in another width, in pixels. */
  onWidth: (width: number) => void;
}) {
  const { t } = useTranslation();
  const place = useRef<HTMLDivElement>(null);
  const ask = useRef(onWidth);
  useEffect(() => {
    ask.current = onWidth;
  }, [onWidth]);

  useEffect(() => {
    const box = place.current;
    if (!box) return;
    let width = 0;
    let timer = 0;
    const observer = new ResizeObserver(([entry]) => {
      const now = Math.round(entry.contentRect.width / 40) * 40;
      if (now === width || now === 0) return;
      width = now;
      window.clearTimeout(timer);
      timer = window.setTimeout(() => ask.current(now), 150);
    });
    observer.observe(box);
    return () => {
      observer.disconnect();
      window.clearTimeout(timer);
    };
  }, []);

  useEffect(() => {
    const svg = engraved && parsed(engraved.svg);
    place.current?.replaceChildren(...(svg ? [svg] : []));
  }, [engraved]);

  useEffect(() => {
    const box = place.current;
    if (!playing || !engraved || !box) return;
    const byNote = new Map<number, Element[]>();
    for (const { id, note } of engraved.notes) {
      const element = box.querySelector(`#${CSS.escape(id)}`);
      if (element) byNote.set(note, [...(byNote.get(note) ?? []), element]);
    }
    let lit = -1;
    let frame = 0;
    const light = (note: number): void => {
      if (note === lit) return;
      for (const e of byNote.get(lit) ?? []) e.classList.remove('sounding');
      for (const e of byNote.get(note) ?? []) e.classList.add('sounding');
      lit = note;
    };
    const look = (): void => {
      const seconds = playedSeconds();
      light(seconds === null ? -1 : sounding(melody, seconds, tempo));
      frame = requestAnimationFrame(look);
    };
    frame = requestAnimationFrame(look);
    return () => {
      cancelAnimationFrame(frame);
      light(-1);
    };
  }, [playing, engraved, melody, tempo]);

  return (
    <Box
      ref={place}
      role="img"
      aria-label={t('score.sheet', { notes: melody.notes.length, phrases: melody.phraseStarts.length })}
      sx={{
        width: '100%',
        minHeight: 160,
        color: 'text.primary',
        '& > svg': { display: 'block', width: '100%', height: 'auto' },
        // The engraver draws in black; paper here is as dark as the room.
        '& svg': { color: 'inherit', fill: 'currentColor' },
        '& .sounding': { fill: 'primary.main', color: 'primary.main' },
        '& .sounding *': { fill: (theme) => theme.palette.primary.main },
      }}
    />
  );
}
