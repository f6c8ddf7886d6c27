/** The mark: a frame of film with a picture coming up in it. */
import { useTheme } from '@mui/material/styles';

export function Mark({ size = 30 }: { size?: number }) {
  const { palette } = useTheme();
  const colour = palette.primary.main;
  const holes = [7, 14.5, 22];
  return (
    <svg width={size} height={size} viewBox="2 2 28 28" role="img" aria-label="Revelado">
      <rect x="6" y="9" width="20" height="14" rx="1.5" fill="none" stroke={colour} strokeWidth="2" />
      <path d="M8 21.5 14 15l4 4 3-2.6 3.2 3.6" fill="none" stroke={colour} strokeWidth="1.8" />
      {holes.map((x) => (
        <g key={x} fill={colour}>
          <rect x={x} y="4" width="3" height="2.6" rx="0.8" />
          <rect x={x} y="25.4" width="3" height="2.6" rx="0.8" />
        </g>
      ))}
    </svg>
  );
}
