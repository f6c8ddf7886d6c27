/**
 * The small signs on frames. Thousands of frames pass by in a second of scrolling, and a styled icon component
 * for each sign would be most of that work: so every icon is drawn once, hidden, and frames only refer to it.
 */
import AutoFixHighOutlined from '@mui/icons-material/AutoFixHighOutlined';
import BrokenImageOutlined from '@mui/icons-material/BrokenImageOutlined';
import CheckCircleOutlined from '@mui/icons-material/CheckCircleOutlined';
import ColorLensOutlined from '@mui/icons-material/ColorLensOutlined';
import ContentCopyOutlined from '@mui/icons-material/ContentCopyOutlined';
import EditOutlined from '@mui/icons-material/EditOutlined';
import Flag from '@mui/icons-material/Flag';
import FlareOutlined from '@mui/icons-material/FlareOutlined';
import FilmFrameOutlined from '@mui/icons-material/CropOriginalOutlined';
import FlipToBackOutlined from '@mui/icons-material/FlipToBackOutlined';
import HealingOutlined from '@mui/icons-material/HealingOutlined';
import HourglassEmpty from '@mui/icons-material/HourglassEmpty';
import LightModeOutlined from '@mui/icons-material/LightModeOutlined';
import LinkOffOutlined from '@mui/icons-material/LinkOffOutlined';
import SyncProblem from '@mui/icons-material/SyncProblem';
import SensorsOutlined from '@mui/icons-material/SensorsOutlined';
import { scanKinds } from '../../app/contract/library.ts';
import { kindIcons } from './kinds.tsx';

const icons = {
  ...kindIcons,
  broken: BrokenImageOutlined,
  check: CheckCircleOutlined,
  copy: ContentCopyOutlined,
  edit: EditOutlined,
  flag: Flag,
  outlier: FlareOutlined,
  wait: HourglassEmpty,
  reference: FilmFrameOutlined,
  flatfield: LightModeOutlined,
  gone: LinkOffOutlined,
  changed: SyncProblem,
  infrared: SensorsOutlined,
  restored: AutoFixHighOutlined,
  coloured: ColorLensOutlined,
  unrestored: HealingOutlined,
  flip: FlipToBackOutlined,
};
export type GlyphName = keyof typeof icons;
const names: GlyphName[] = [
  ...scanKinds,
  'broken',
  'check',
  'copy',
  'edit',
  'flag',
  'outlier',
  'wait',
  'gone',
  'changed',
  'reference',
  'flatfield',
  'infrared',
  'restored',
  'coloured',
  'unrestored',
];

/** Draws every sign once; to be mounted before any `Glyph`. */
export function GlyphSheet() {
  return (
    <svg width="0" height="0" style={{ position: 'absolute' }} aria-hidden>
      {names.map((name) => {
        const Icon = icons[name];
        return (
          <symbol key={name} id={`glyph-${name}`} viewBox="0 0 24 24">
            <Icon sx={{ width: 24, height: 24 }} />
          </symbol>
        );
      })}
    </svg>
  );
}

/** One sign, as large as its styles say, in the colour of the text around it. */
export function Glyph({ name, className = 'glyph' }: { name: GlyphName; className?: string }) {
  return (
    <svg className={className} aria-hidden>
      <use href={`#glyph-${name}`} />
    </svg>
  );
}
