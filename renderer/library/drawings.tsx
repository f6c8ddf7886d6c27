/**
 * The three drawn examples: a strip of negatives, a print in its album corners, a reel. Drawings, not
 * photographs, so their colours are those of the things themselves (orange mask, sepia, black film).
 */
import { useTheme } from '@mui/material/styles';

const scene = 'M0 46 L14 30 L24 40 L36 24 L52 44 L60 36 L72 46 L72 54 L0 54 Z';

/** Colours of materials, the same in both modes. */
const film = { mask: '#c9793f', dense: '#8a4a20', thin: '#e6a869', edge: '#3a1d0c' };
const paper = { white: '#efe6d4', sepia: '#8a6a46', light: '#cdb48d', dark: '#4d3822' };

export function NegativeDrawing() {
  const holes = Array.from({ length: 15 }, (_, i) => -9.6 + i * 17.6);
  return (
    <svg viewBox="0 0 240 180" width="100%" height="100%" aria-hidden>
      <g transform="rotate(-6 120 90)">
        <rect x="-20" y="38" width="280" height="104" fill={film.mask} />
        {holes.map((x) => (
          <g key={x} fill={film.edge} opacity="0.85">
            <rect x={x} y="44" width="8" height="10" rx="2" />
            <rect x={x} y="126" width="8" height="10" rx="2" />
          </g>
        ))}
        {[4, 84, 164].map((x, i) => (
          <g key={x} transform={`translate(${x} 62)`}>
            <rect width="72" height="56" fill={film.dense} />
            <rect width="72" height="32" fill={film.edge} opacity="0.55" />
            <circle cx={18 + i * 16} cy="16" r="6" fill={film.edge} />
            <path
              d={scene}
              fill={film.thin}
              transform={i === 1 ? 'matrix(-1 0 0 1 72 2)' : 'translate(0 2)'}
            />
          </g>
        ))}
      </g>
    </svg>
  );
}

export function PrintDrawing() {
  return (
    <svg viewBox="0 0 240 180" width="100%" height="100%" aria-hidden>
      <g transform="rotate(4 120 90)">
        <rect x="52" y="22" width="136" height="140" rx="2" fill={paper.white} />
        <rect x="62" y="32" width="116" height="108" fill={paper.light} />
        <circle cx="150" cy="56" r="10" fill={paper.white} />
        <path d="M62 116 L84 84 L104 104 L124 78 L150 108 L178 92 L178 140 L62 140 Z" fill={paper.sepia} />
        <g fill={paper.dark}>
          <circle cx="104" cy="104" r="7" />
          <path d="M93 140 q0 -27 11 -27 q11 0 11 27 Z" />
          <circle cx="126" cy="108" r="6" />
          <path d="M117 140 q0 -23 9 -23 q9 0 9 23 Z" />
        </g>
        <path
          d="M74 32 L96 66 L90 92 L102 140"
          fill="none"
          stroke={paper.white}
          strokeWidth="1.6"
          opacity="0.9"
        />
        <g fill={paper.dark}>
          <path d="M48 18 h18 l-18 18 Z" />
          <path d="M192 18 v18 l-18 -18 Z" />
          <path d="M48 166 v-18 l18 18 Z" />
          <path d="M192 166 h-18 l18 -18 Z" />
        </g>
      </g>
    </svg>
  );
}

export function ReelDrawing() {
  const { palette } = useTheme();
  const spokes = [0, 72, 144, 216, 288];
  const metal = palette.room.lineStrong;
  return (
    <svg viewBox="0 0 240 180" width="100%" height="100%" aria-hidden>
      <path d="M104 164 C 160 172 196 160 236 166 L236 150 C 200 144 170 156 130 148 Z" fill={paper.dark} />
      {Array.from({ length: 7 }, (_, i) => (
        <rect
          key={i}
          x={136 + i * 14}
          y={153 + Math.sin(i) * 1.5}
          width="8"
          height="6"
          rx="1"
          fill={paper.light}
          opacity="0.85"
        />
      ))}
      <circle cx="104" cy="88" r="76" fill={metal} />
      <circle cx="104" cy="88" r="70" fill={palette.room.raised} />
      <circle cx="104" cy="88" r="58" fill={paper.dark} />
      {[50, 44, 38].map((r) => (
        <circle
          key={r}
          cx="104"
          cy="88"
          r={r}
          fill="none"
          stroke={paper.sepia}
          strokeWidth="1"
          opacity="0.6"
        />
      ))}
      {spokes.map((angle) => (
        <g key={angle} transform={`rotate(${angle} 104 88)`}>
          <rect x="99" y="14" width="10" height="60" rx="5" fill={metal} />
        </g>
      ))}
      <circle cx="104" cy="88" r="20" fill={metal} />
      <circle cx="104" cy="88" r="7" fill={palette.room.table} />
    </svg>
  );
}
