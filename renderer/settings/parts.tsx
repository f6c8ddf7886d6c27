/** The two shapes all settings share: a card with a title, and a line with a label, a control and a word of help. */
import { Box, Paper, Typography } from '@mui/material';
import type { ReactNode } from 'react';

export function Card({
  title,
  action,
  children,
}: {
  title: string;
  action?: ReactNode;
  children: ReactNode;
}) {
  return (
    <Paper
      component="section"
      variant="outlined"
      sx={{ bgcolor: 'room.panel', borderColor: 'room.line', p: 2.5, minWidth: 0 }}
    >
      <Box sx={{ display: 'flex', alignItems: 'center', minHeight: 32, mb: 1.5 }}>
        <Typography variant="h3" component="h2" sx={{ m: 0, flex: 1 }}>
          {title}
        </Typography>
        {action}
      </Box>
      {children}
    </Paper>
  );
}

export function Line({ label, help, children }: { label: string; help?: string; children: ReactNode }) {
  return (
    <Box
      sx={{
        display: 'grid',
        gridTemplateColumns: '150px minmax(0, 1fr)',
        columnGap: 2,
        alignItems: 'center',
        py: 1,
      }}
    >
      <Typography variant="body2">{label}</Typography>
      <Box>{children}</Box>
      {help && (
        <Typography variant="caption" color="textSecondary" sx={{ gridColumn: 2, mt: 0.5 }}>
          {help}
        </Typography>
      )}
    </Box>
  );
}
