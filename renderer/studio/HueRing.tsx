/**
 * The palette of a dataset as a ring: twelve sectors of CIE Lab hue, each as long as the square root of its share
 * (rare hues can still be seen), gaps drawn as dashed outlines. The words beside it say the same.
 */
import { useTheme } from '@mui/material/styles';
import { useTranslation } from 'react-i18next';
import { numberLocales } from './figures.ts';

const INNER = 20;
const OUTER = 58;
const SIZE = 120;

/** A point at an angle (degrees, counter-clockwise from the right) and radius, in the drawing. */
const at = (degrees: number, r: number): string => {
  const a = (degrees * Math.PI) / 180;
  return `${(SIZE / 2 + r * Math.cos(a)).toFixed(2)} ${(SIZE / 2 - r * Math.sin(a)).toFixed(2)}`;
};
function wedge(sector: number, outer: number): string {
  const [a, b] = [sector * 30 - 14, sector * 30 + 14];
  return `M${at(a, INNER)} L${at(a, outer)} A${outer} ${outer} 0 0 0 ${at(b, outer)} L${at(b, INNER)} A${INNER} ${INNER} 0 0 1 ${at(a, INNER)} Z`;
}

export function HueRing({ hues, gaps }: { hues: readonly number[]; gaps: readonly number[] }) {
  const { t, i18n } = useTranslation();
  const { palette } = useTheme();
  const most = Math.max(...hues, 1e-9);
  const percent = new Intl.NumberFormat(numberLocales(i18n.language), {
    style: 'percent',
    maximumFractionDigits: 1,
  });
  const name = (sector: number) => t(`studio.hue.${sector}`);
  const top = hues
    .map((share, sector) => ({ share, sector }))
    .sort((a, b) => b.share - a.share)
    .slice(0, 3)
    .map(({ share, sector }) => `${name(sector)} ${percent.format(share)}`);
  const missing = gaps.map(name);
  return (
    <svg
      width={SIZE}
      height={SIZE}
      style={{ flexShrink: 0 }}
      viewBox={`0 0 ${SIZE} ${SIZE}`}
      role="img"
      aria-label={
        missing.length > 0
          ? t('studio.hues.saysGaps', { most: top.join(', '), gaps: missing.join(', ') })
          : t('studio.hues.says', { most: top.join(', ') })
      }
    >
      {hues.map((share, sector) => {
        const outer = INNER + (OUTER - INNER) * Math.sqrt(share / most);
        const gap = gaps.includes(sector);
        return (
          <g key={sector}>
            <title>{`${name(sector)}: ${percent.format(share)}${gap ? ` (${t('studio.hues.gap')})` : ''}`}</title>
            <path
              d={wedge(sector, OUTER)}
              fill={palette.room.raised}
              stroke={gap ? palette.text.secondary : palette.room.line}
              strokeDasharray={gap ? '3 3' : undefined}
            />
            <path d={wedge(sector, Math.max(outer, INNER + 1.5))} fill={`lch(62% 55 ${sector * 30})`} />
          </g>
        );
      })}
    </svg>
  );
}
