/** A button that opens a menu or a small panel, and says by its look whether it narrows something. */
import ExpandMore from '@mui/icons-material/ExpandMore';
import { Button, Menu, Popover } from '@mui/material';
import { useState, type ReactNode } from 'react';

export interface MenuButtonProps {
  label: string;
  /** Shown in the accent: a filter that is on. */
  on?: boolean;
  icon?: ReactNode;
  /** `menu`: children are MenuItems; `panel`: anything. */
  as?: 'menu' | 'panel';
  children: (close: () => void) => ReactNode;
  'aria-label'?: string;
}

export function MenuButton({ label, on, icon, as = 'menu', children, ...rest }: MenuButtonProps) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const close = () => setAnchor(null);
  return (
    <>
      <Button
        color="secondary"
        variant="text"
        aria-haspopup={as === 'menu' ? 'menu' : 'dialog'}
        aria-expanded={anchor !== null}
        aria-label={rest['aria-label']}
        startIcon={icon}
        endIcon={<ExpandMore />}
        onClick={(event) => setAnchor(event.currentTarget)}
        sx={{
          px: 1,
          minWidth: 0,
          whiteSpace: 'nowrap',
          fontWeight: on ? 600 : 500,
          color: on ? 'primary.main' : 'text.primary',
          bgcolor: on ? 'room.selectedFill' : undefined,
          '& .MuiButton-endIcon': { ml: 0.25, mr: -0.5, color: on ? 'primary.main' : 'text.secondary' },
        }}
      >
        {label}
      </Button>
      {as === 'menu' ? (
        <Menu anchorEl={anchor} open={anchor !== null} onClose={close}>
          {anchor ? children(close) : null}
        </Menu>
      ) : (
        <Popover
          anchorEl={anchor}
          open={anchor !== null}
          onClose={close}
          anchorOrigin={{ vertical: 'bottom', horizontal: 'left' }}
          slotProps={{ paper: { role: 'dialog', 'aria-label': label, sx: { p: 2, mt: 0.5 } } }}
        >
          {anchor ? children(close) : null}
        </Popover>
      )}
    </>
  );
}
