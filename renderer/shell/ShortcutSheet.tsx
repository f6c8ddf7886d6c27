/** The list of keys, on '?'. */
import { Box, Dialog, DialogContent, DialogTitle, Link, Typography } from '@mui/material';
import { useTranslation } from 'react-i18next';
import { allCommands, keysFor, type Command, type Scope } from '../shortcuts.ts';
import { goTo, useApp } from '../store/app.ts';
import { Kbd } from '../ui/Kbd.tsx';

const order: Scope[] = ['library', 'lightbox', 'marks', 'hints', 'queue', 'score', 'reel', 'global'];

function Line({ command }: { command: Command }) {
  const { t } = useTranslation();
  const overrides = useApp((s) => s.settings.shortcuts);
  const keys = keysFor(command, overrides);
  return (
    <Box sx={{ display: 'flex', gap: 1, alignItems: 'baseline', py: 0.4, breakInside: 'avoid' }}>
      <Typography variant="body2" sx={{ flex: 1 }}>
        {t(command.label)}
        {command.hold && (
          <Box component="span" sx={{ color: 'text.secondary' }}>
            {' '}
            ({t('shortcuts.hold')})
          </Box>
        )}
      </Typography>
      {keys
        .filter((k) => !/^Shift\+(Arrow|Home|End)/.test(k) || keys[0] === k)
        .map((key) => (
          <Kbd key={key} keys={key} />
        ))}
    </Box>
  );
}

export function ShortcutSheet() {
  const { t } = useTranslation();
  const open = useApp((s) => s.shortcutsOpen);
  const close = () => useApp.setState({ shortcutsOpen: false });
  return (
    <Dialog open={open} onClose={close} maxWidth="lg" fullWidth aria-labelledby="shortcut-sheet">
      <DialogTitle id="shortcut-sheet">{t('shortcuts.title')}</DialogTitle>
      <DialogContent>
        <Box sx={{ columns: { xs: 1, sm: 2, md: 3 }, columnGap: 5 }}>
          {open &&
            order.map((scope) => {
              const commands = allCommands().filter((c) => c.scope === scope);
              if (commands.length === 0) return null;
              return (
                <Box key={scope} sx={{ mb: 3 }}>
                  <Typography variant="label" component="h3" sx={{ mb: 0.75, mt: 0, breakAfter: 'avoid' }}>
                    {t(`shortcuts.scope.${scope}`)}
                  </Typography>
                  {commands.map((c) => (
                    <Line key={c.id} command={c} />
                  ))}
                </Box>
              );
            })}
        </Box>
        <Typography variant="body2" color="textSecondary">
          {t('shortcuts.mouse')}{' '}
          <Link
            component="button"
            onClick={() => {
              close();
              goTo('settings');
            }}
          >
            {t('shortcuts.edit')}
          </Link>
        </Typography>
      </DialogContent>
    </Dialog>
  );
}
