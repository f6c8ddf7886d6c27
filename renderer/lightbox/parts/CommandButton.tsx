/** An icon button that stands for a command: its tooltip names it and shows its key. */
import { IconButton, Tooltip, useTheme } from '@mui/material';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useKey } from './useKey.ts';

export interface CommandButtonProps {
  /** Command id without 'lightbox.'. */
  command: string;
  icon: ReactElement;
  onClick(): void;
  /** For toggles: pressed or not. */
  pressed?: boolean;
  disabled?: boolean;
}

export function CommandButton({ command, icon, onClick, pressed, disabled }: CommandButtonProps) {
  const { t } = useTranslation();
  const key = useKey(command);
  const room = useTheme().palette.room;
  const name = t(`lightbox.commands.${command}`);
  return (
    <Tooltip title={key ? `${name} (${key})` : name}>
      <span>
        <IconButton
          aria-label={name}
          aria-pressed={pressed}
          disabled={disabled}
          // Keeps the keyboard where it was: Space goes on meaning compare, not this button.
          onMouseDown={(event) => event.preventDefault()}
          onClick={onClick}
          sx={pressed ? { bgcolor: room.selectedFill, color: 'primary.main' } : undefined}
        >
          {icon}
        </IconButton>
      </span>
    </Tooltip>
  );
}
