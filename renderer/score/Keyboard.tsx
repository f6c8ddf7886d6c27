/** Two octaves of keys to pick a first phrase on: by pointer, or with the arrow keys and Enter. */
import { Box, ButtonBase } from '@mui/material';
import { useTranslation } from 'react-i18next';

const LOWEST = 60;
const WHITE = [0, 2, 4, 5, 7, 9, 11, 12, 14, 16, 17, 19, 21, 23, 24];
const BLACK = [
  [1, 1],
  [3, 2],
  [6, 4],
  [8, 5],
  [10, 6],
  [13, 8],
  [15, 9],
  [18, 11],
  [20, 12],
  [22, 13],
] as const;
const NAMES = ['C', 'C♯', 'D', 'D♯', 'E', 'F', 'F♯', 'G', 'G♯', 'A', 'A♯', 'B'];
const nameOf = (pitch: number): string => `${NAMES[pitch % 12]}${Math.floor(pitch / 12) - 1}`;

/** A short tone of a key, so that one hears what one picks. */
let context: AudioContext | null = null;
function sound(pitch: number): void {
  context ??= new AudioContext();
  const tone = context.createOscillator();
  const gain = context.createGain();
  tone.type = 'triangle';
  tone.frequency.value = 440 * 2 ** ((pitch - 69) / 12);
  gain.gain.setValueAtTime(0.2, context.currentTime);
  gain.gain.exponentialRampToValueAtTime(0.001, context.currentTime + 0.5);
  tone.connect(gain).connect(context.destination);
  tone.start();
  tone.stop(context.currentTime + 0.5);
}

export function Keyboard({ picked, onKey }: { picked: readonly number[]; onKey: (pitch: number) => void }) {
  const { t } = useTranslation();
  const last = picked[picked.length - 1];
  const press = (pitch: number): void => {
    sound(pitch);
    onKey(pitch);
  };
  const width = 100 / WHITE.length;
  return (
    <Box
      role="group"
      aria-label={t('score.keyboard')}
      onKeyDown={(e) => {
        const step = e.key === 'ArrowRight' ? 1 : e.key === 'ArrowLeft' ? -1 : 0;
        if (step === 0) return;
        e.preventDefault();
        const keys = [...e.currentTarget.querySelectorAll<HTMLElement>('[data-pitch]')].sort(
          (a, b) => Number(a.dataset.pitch) - Number(b.dataset.pitch),
        );
        const here = keys.findIndex((k) => k === document.activeElement);
        keys[Math.min(keys.length - 1, Math.max(0, here + step))]?.focus();
      }}
      sx={{ position: 'relative', height: 120, maxWidth: 640, userSelect: 'none' }}
    >
      {WHITE.map((offset, i) => (
        <ButtonBase
          key={offset}
          data-pitch={LOWEST + offset}
          aria-label={nameOf(LOWEST + offset)}
          onClick={() => press(LOWEST + offset)}
          tabIndex={i === 0 ? 0 : -1}
          sx={{
            position: 'absolute',
            left: `${i * width}%`,
            width: `${width}%`,
            height: '100%',
            bgcolor: last === LOWEST + offset ? 'primary.main' : '#e9e6e0',
            border: '1px solid #2a2a2a',
            borderRadius: '0 0 4px 4px',
            '&:focus-visible': { outline: '2px solid', outlineColor: 'primary.main', zIndex: 1 },
          }}
        />
      ))}
      {BLACK.map(([offset, before]) => (
        <ButtonBase
          key={offset}
          data-pitch={LOWEST + offset}
          aria-label={nameOf(LOWEST + offset)}
          onClick={() => press(LOWEST + offset)}
          tabIndex={-1}
          sx={{
            position: 'absolute',
            left: `${before * width - width * 0.3}%`,
            width: `${width * 0.6}%`,
            height: '62%',
            bgcolor: last === LOWEST + offset ? 'primary.main' : '#1c1c1c',
            border: '1px solid #000',
            borderRadius: '0 0 3px 3px',
            zIndex: 2,
            '&:focus-visible': { outline: '2px solid', outlineColor: 'primary.main' },
          }}
        />
      ))}
    </Box>
  );
}
