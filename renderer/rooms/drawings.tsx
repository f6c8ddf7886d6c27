/** Line drawings for the rooms to come, in the theme's own colours. */
import { useTheme } from '@mui/material/styles';

function useInk() {
  const { palette } = useTheme();
  return {
    line: palette.room.lineStrong,
    soft: palette.room.line,
    panel: palette.room.panel,
    text: palette.text.secondary,
    accent: palette.primary.main,
  };
}

/** A line of music in 7+6: a verse of a zortziko txikia. */
export function ScoreDrawing() {
  const ink = useInk();
  const staff = (y: number) =>
    [0, 10, 20, 30, 40].map((d) => <line key={d} x1="20" x2="380" y1={y + d} y2={y + d} stroke={ink.line} />);
  const notes = [24, 12, 18, 6, 14, 22, 16];
  const reply = [12, 20, 8, 16, 26, 20];
  const note = (x: number, y: number, on: boolean) => (
    <g key={x} fill={on ? ink.accent : ink.text} stroke={on ? ink.accent : ink.text}>
      <ellipse cx={x} cy={y} rx="6" ry="4.6" transform={`rotate(-20 ${x} ${y})`} />
      <line x1={x + 5.4} x2={x + 5.4} y1={y - 2} y2={y - 30} strokeWidth="1.6" />
    </g>
  );
  return (
    <svg viewBox="0 0 400 300" width="100%" height="100%" aria-hidden>
      {staff(66)}
      {notes.map((y, i) => note(52 + i * 46, 70 + y, i === 2))}
      <line x1="380" x2="380" y1="66" y2="106" stroke={ink.line} />
      {staff(182)}
      {reply.map((y, i) => note(52 + i * 52, 186 + y, i === 5))}
      <line x1="374" x2="374" y1="182" y2="222" stroke={ink.line} />
      <line x1="379" x2="379" y1="182" y2="222" stroke={ink.line} strokeWidth="4" />
    </svg>
  );
}

/** Curves of a run: two losses coming down, a mark where it was best. */
export function StudioDrawing() {
  const ink = useInk();
  return (
    <svg viewBox="0 0 400 300" width="100%" height="100%" aria-hidden>
      <rect x="24" y="24" width="352" height="190" rx="6" fill={ink.panel} stroke={ink.soft} />
      {[72, 119, 166].map((y) => (
        <line key={y} x1="24" x2="376" y1={y} y2={y} stroke={ink.soft} />
      ))}
      <path
        d="M24 52 C 70 130, 110 150, 160 163 S 280 184, 376 188"
        fill="none"
        stroke={ink.text}
        strokeWidth="2"
      />
      <path
        d="M24 66 C 60 110, 120 128, 176 150 S 262 158, 300 154 S 350 150, 376 146"
        fill="none"
        stroke={ink.accent}
        strokeWidth="2.4"
      />
      <circle cx="250" cy="157" r="6" fill={ink.panel} stroke={ink.accent} strokeWidth="2.4" />
      {[0, 1, 2, 3, 4].map((i) => (
        <g key={i} transform={`translate(${24 + i * 72} 232)`}>
          <rect
            width="64"
            height="46"
            rx="3"
            fill={ink.panel}
            stroke={i === 3 ? ink.accent : ink.soft}
            strokeWidth={i === 3 ? 2 : 1}
          />
          <path d="M6 40 L22 22 L34 32 L46 18 L58 40 Z" fill={ink.line} opacity={0.25 + i * 0.18} />
        </g>
      ))}
    </svg>
  );
}
