/** All keys, each of which can be changed: press the button, then the new key. Keys used twice are named. */
import RestartAlt from '@mui/icons-material/RestartAlt';
import { Box, Button, IconButton, Tooltip, Typography } from '@mui/material';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { allCommands, conflicts, keyOf, keysFor, type Command, type Scope } from '../shortcuts.ts';
import { changeSettings, useApp } from '../store/app.ts';
import { Kbd } from '../ui/Kbd.tsx';
import { Card } from './parts.tsx';

const order: Scope[] = ['global', 'library', 'lightbox', 'marks', 'hints', 'queue', 'score', 'reel'];
const onlyModifier = new Set(['Control', 'Shift', 'Alt', 'Meta', 'AltGraph', 'Dead', 'CapsLock']);

/** The overrides with a command's key changed; its own default key needs no entry. */
export function withKey(overrides: Readonly<Record<string, string>>, command: Command, key: string | null) {
  const next = { ...overrides };
  if (key === null || key === command.key) delete next[command.id];
  else next[command.id] = key;
  return next;
}

function KeyField({ command, clash }: { command: Command; clash: string | null }) {
  const { t } = useTranslation();
  const overrides = useApp((s) => s.settings.shortcuts);
  const [listening, setListening] = useState(false);
  const keys = keysFor(command, overrides);
  const changed = overrides[command.id] !== undefined;
  return (
    <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, minHeight: 36, breakInside: 'avoid' }}>
      <Box sx={{ flex: 1, minWidth: 0 }}>
        <Typography variant="body2">{t(command.label)}</Typography>
        {clash && (
          <Typography variant="caption" component="div" sx={{ color: 'warning.main' }}>
            {t('shortcuts.alsoFor', { command: clash })}
          </Typography>
        )}
      </Box>
      {changed && (
        <Tooltip title={t('shortcuts.default')}>
          <IconButton
            aria-label={`${t('shortcuts.default')}: ${t(command.label)}`}
            onClick={() => void changeSettings({ shortcuts: withKey(overrides, command, null) })}
          >
            <RestartAlt />
          </IconButton>
        </Tooltip>
      )}
      <Button
        color="secondary"
        variant={listening ? 'outlined' : 'text'}
        aria-label={`${t(command.label)}: ${listening ? t('shortcuts.press') : keys.join(', ') || t('shortcuts.none')}`}
        onClick={() => setListening(true)}
        onBlur={() => setListening(false)}
        onKeyDown={(event) => {
          if (!listening) return;
          // Tab and Escape stay what they are, so that nobody gets stuck here.
          if (event.key === 'Tab' || onlyModifier.has(event.key)) return;
          event.preventDefault();
          event.stopPropagation();
          setListening(false);
          if (event.key === 'Escape') return;
          void changeSettings({ shortcuts: withKey(overrides, command, keyOf(event.nativeEvent)) });
        }}
        sx={{
          minHeight: 28,
          px: 0.75,
          gap: 0.5,
          minWidth: 48,
          borderColor: listening ? 'primary.main' : undefined,
        }}
      >
        {listening
          ? t('shortcuts.press')
          : keys.length > 0
            ? keys
                .filter((k, i) => i === 0 || !k.startsWith('Shift+'))
                .map((key) => <Kbd key={key} keys={key} />)
            : t('shortcuts.none')}
      </Button>
    </Box>
  );
}

export function Shortcuts() {
  const { t } = useTranslation();
  const overrides = useApp((s) => s.settings.shortcuts);
  const clashes = useMemo(() => {
    const found = new Map<string, string>();
    for (const [, a, b] of conflicts(overrides)) {
      found.set(a, b);
      found.set(b, a);
    }
    return found;
  }, [overrides]);
  const labelOf = (id: string | undefined) => {
    const command = allCommands().find((c) => c.id === id);
    return command ? t(command.label) : null;
  };
  return (
    <Card
      title={t('shortcuts.title')}
      action={
        Object.keys(overrides).length > 0 && (
          <Button color="secondary" variant="text" onClick={() => void changeSettings({ shortcuts: {} })}>
            {t('shortcuts.allDefault')}
          </Button>
        )
      }
    >
      <Typography variant="caption" component="p" color="textSecondary" sx={{ mt: 0 }}>
        {t('shortcuts.howTo')}
      </Typography>
      {order.map((scope) => {
        const commands = allCommands().filter((c) => c.scope === scope);
        if (commands.length === 0) return null;
        return (
          <Box key={scope} sx={{ mt: 2 }}>
            <Typography variant="label" component="h3" sx={{ m: 0, mb: 0.5 }}>
              {t(`shortcuts.scope.${scope}`)}
            </Typography>
            <Box sx={{ columns: { xs: 1, xl: 2 }, columnGap: 4 }}>
              {commands.map((command) => (
                <KeyField key={command.id} command={command} clash={labelOf(clashes.get(command.id))} />
              ))}
            </Box>
          </Box>
        );
      })}
    </Card>
  );
}
