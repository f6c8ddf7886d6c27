/**
 * The models: what they are, where they come from, on what terms, how fast here, how good; which does which step; a
 * file dropped to bring another one, and two compared on one picture.
 */
import AddOutlined from '@mui/icons-material/AddOutlined';
import CompareOutlined from '@mui/icons-material/CompareOutlined';
import { Alert, Box, Button, LinearProgress, Typography } from '@mui/material';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ModelCardView } from '../../app/contract/models.ts';
import { useApp } from '../store/app.ts';
import { takeDrops } from '../shell/drops.ts';
import { comparableTasks } from './compare.ts';
import { CompareDialog } from './CompareDialog.tsx';
import { ImportDialog } from './ImportDialog.tsx';
import { ModelCard } from './ModelCard.tsx';
import { refreshModels, useModels } from './store.ts';

/** In the order of the work; the one network that does everything last. */
const order = [
  'filler',
  'restorer',
  'colorist',
  'upscaler',
  'one',
] as const satisfies readonly ModelCardView['task'][];

export default function Models() {
  const { t } = useTranslation();
  const models = useModels((s) => s.models);
  const error = useModels((s) => s.error);
  const dropped = useModels((s) => s.dropped);
  const comparing = useModels((s) => s.comparing);
  const chosen = useApp((s) => s.settings.models);
  const line = useApp((s) => s.line);
  const [picking, setPicking] = useState(false);

  // The settings change with every choice, in whichever window it is made.
  useEffect(() => {
    if (line === 'open') void refreshModels();
  }, [line, chosen]);
  useEffect(
    () =>
      takeDrops({
        words: 'models',
        take: (files) => useModels.setState({ dropped: files.map((f) => f.file) }),
      }),
    [],
  );
  const of = (task: ModelCardView['task']) => (models ?? []).filter((m) => m.task === task && m.ready);
  // Two of one task where there are two, else ours against the picture without it.
  const comparable =
    comparableTasks.find((task) => of(task).length > 1) ??
    comparableTasks.find((task) => of(task).length > 0);
  return (
    <Box sx={{ height: '100%', overflowY: 'auto', bgcolor: 'room.table' }}>
      <Box sx={{ maxWidth: 1560, mx: 'auto', p: 3, display: 'flex', flexDirection: 'column', gap: 3.5 }}>
        <Box sx={{ display: 'flex', alignItems: 'flex-end', flexWrap: 'wrap', gap: 1.5 }}>
          <Box sx={{ flex: '1 1 420px' }}>
            <Typography variant="h1" component="h2" sx={{ m: 0 }}>
              {t('models.title')}
            </Typography>
            <Typography color="textSecondary" sx={{ mt: 0.5, maxWidth: 760 }}>
              {t('models.text')}
            </Typography>
          </Box>
          <Button
            color="secondary"
            variant="outlined"
            startIcon={<CompareOutlined />}
            disabled={!comparable}
            onClick={() => comparable && useModels.setState({ comparing: { task: comparable, a: null } })}
          >
            {t('models.compare')}
          </Button>
          <Button variant="contained" startIcon={<AddOutlined />} onClick={() => setPicking(true)}>
            {t('models.import')}
          </Button>
        </Box>
        {error && (
          <Alert
            severity="error"
            action={<Button onClick={() => void refreshModels()}>{t('common.again')}</Button>}
          >
            {error}
          </Alert>
        )}
        {!models && !error && <LinearProgress aria-label={t('common.loading')} />}
        {models &&
          order.map((task) => {
            const cards = models.filter((m) => m.task === task);
            return (
              <Box component="section" key={task} aria-labelledby={`task-${task}`}>
                <Box
                  sx={{ display: 'flex', alignItems: 'baseline', flexWrap: 'wrap', columnGap: 1.5, mb: 1.25 }}
                >
                  <Typography variant="h2" component="h3" id={`task-${task}`} sx={{ m: 0 }}>
                    {t(`models.task.${task}.title`)}
                  </Typography>
                  <Typography variant="body2" color="textSecondary">
                    {t(`models.task.${task}.text`)}
                  </Typography>
                </Box>
                {cards.length > 0 ? (
                  <Box
                    sx={{
                      display: 'grid',
                      gridTemplateColumns: 'repeat(auto-fill, minmax(360px, 1fr))',
                      gap: 2,
                    }}
                  >
                    {cards.map((model) => (
                      <ModelCard key={model.name} model={model} />
                    ))}
                  </Box>
                ) : (
                  <Typography
                    variant="body2"
                    color="textSecondary"
                    sx={{ p: 2, border: '1px dashed', borderColor: 'room.lineStrong', borderRadius: 1.5 }}
                  >
                    {t('models.none')}
                  </Typography>
                )}
              </Box>
            );
          })}
      </Box>
      {(picking || dropped.length > 0) && (
        <ImportDialog
          key={dropped[0]?.name ?? 'pick'}
          file={dropped[0] ?? null}
          rest={Math.max(0, dropped.length - 1)}
          onClose={() => {
            setPicking(false);
            useModels.setState({ dropped: dropped.slice(1) });
          }}
        />
      )}
      {comparing && (
        <CompareDialog start={comparing} onClose={() => useModels.setState({ comparing: null })} />
      )}
    </Box>
  );
}
