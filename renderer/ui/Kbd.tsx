/** A key as it is printed on a keyboard. */
import { Box } from '@mui/material';
import { showKey } from '../shortcuts.ts';

export function Kbd({ keys }: { keys: string }) {
  return (
    <Box
      component="kbd"
      sx={{
        typography: 'figure',
        display: 'inline-block',
        px: 0.75,
        minWidth: 22,
        textAlign: 'center',
        border: 1,
        borderColor: 'room.lineStrong',
        borderRadius: 0.75,
        color: 'text.secondary',
        whiteSpace: 'nowrap',
      }}
    >
      {showKey(keys)}
    </Box>
  );
}
