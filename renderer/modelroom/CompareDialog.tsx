/**
 * Two models on one picture, side by side: zoom and place are locked together, each side is made by the same pixel path
 * as everywhere else, with a recipe that names its model.
 */
import Close from '@mui/icons-material/Close';
import { Box, Button, ButtonBase, Dialog, IconButton, MenuItem, TextField, Typography } from '@mui/material';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Item } from '../../app/contract/library.ts';
import type { ModelTask } from '../../app/contract/models.ts';
import type { Recipe } from '../../app/recipe/develop.ts';
import { isPrint } from '../../app/recipe/wanted.ts';
import { getClient } from '../client.ts';
import { FIT, type Viewport } from '../lightbox/logic/viewport.ts';
import { report } from '../store/app.ts';
import { useThumb } from '../ui/useThumb.ts';
import { comparableTasks, firstPair, recipeWith, WITHOUT } from './compare.ts';
import { ComparePane } from './ComparePane.tsx';
import { choose, shownName, useModels } from './store.ts';

/** Pictures offered; a comparison is about one. */
const OFFERED = 60;

export function CompareDialog({
  start,
  onClose,
}: {
  start: { task: ModelTask; a: string | null };
  onClose(): void;
}) {
  const { t } = useTranslation();
  const known = useModels((s) => s.models);
  const models = useMemo(() => known ?? [], [known]);
  const [task, setTask] = useState(start.task);
  const [[a, b], setPair] = useState(() => firstPair(models, start.task, start.a));
  const [items, setItems] = useState<Item[] | null>(null);
  const [item, setItem] = useState<Item | null>(null);
  const [stored, setStored] = useState<{ id: number; recipe: Recipe | null } | null>(null);
  const [view, setView] = useState<Viewport>(FIT);
  const of = models.filter((m) => m.task === task && m.ready);

  useEffect(() => {
    let wanted = true;
    getClient()
      .call('library.query', { limit: 400, sort: 'added', descending: true })
      .then(({ items: all }) => {
        if (!wanted) return;
        const usable = all.filter((i) => i.kind !== 'reel' && i.state !== 'missing' && i.state !== 'failed');
        // Prints first: that is what these models are for.
        const sorted = [...usable.filter((i) => isPrint(i.kind)), ...usable.filter((i) => !isPrint(i.kind))];
        setItems(sorted.slice(0, OFFERED));
        setItem(sorted[0] ?? null);
      })
      .catch(report);
    return () => {
      wanted = false;
    };
  }, []);
  const id = item?.id ?? null;
  useEffect(() => {
    if (id === null) return;
    let wanted = true;
    getClient()
      .call('recipe.get', { itemId: id })
      .then(({ recipe }) => wanted && setStored({ id, recipe }))
      .catch(report);
    return () => {
      wanted = false;
    };
  }, [id]);
  const nameOf = (name: string) =>
    name === WITHOUT
      ? t('models.without')
      : models.find((m) => m.name === name)?.source === 'own'
        ? t(`models.own.${name}`)
        : shownName(name);
  const side = (which: 'a' | 'b', value: string, change: (name: string) => void) => (
    <TextField
      select
      size="small"
      label={t(`models.side.${which}`)}
      value={value}
      onChange={(e) => change(e.target.value)}
      sx={{ minWidth: 190 }}
      slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
    >
      <MenuItem value={WITHOUT}>{t('models.without')}</MenuItem>
      {of.map((m) => (
        <MenuItem key={m.name} value={m.name}>
          {nameOf(m.name)}
        </MenuItem>
      ))}
    </TextField>
  );
  const ready = item && stored?.id === item.id;
  return (
    <Dialog
      open
      fullScreen
      onClose={onClose}
      aria-labelledby="compare-models"
      slotProps={{ paper: { sx: { bgcolor: 'room.table', borderRadius: 0, border: 0 } } }}
    >
      <Box
        sx={{
          display: 'flex',
          flexWrap: 'wrap',
          alignItems: 'center',
          gap: 1.5,
          p: 1.5,
          bgcolor: 'room.panel',
          borderBottom: 1,
          borderColor: 'room.line',
        }}
      >
        <Typography id="compare-models" variant="h2" sx={{ mr: 1 }}>
          {t('models.compareTitle')}
        </Typography>
        <TextField
          select
          size="small"
          label={t('models.step')}
          value={task}
          onChange={(e) => {
            const next = e.target.value as ModelTask;
            setTask(next);
            setPair(firstPair(models, next, null));
          }}
          sx={{ minWidth: 150 }}
        >
          {comparableTasks.map((one) => (
            <MenuItem key={one} value={one}>
              {t(`models.task.${one}.title`)}
            </MenuItem>
          ))}
        </TextField>
        {side('a', a, (name) => setPair([name, b]))}
        {side('b', b, (name) => setPair([a, name]))}
        <Box sx={{ display: 'flex', gap: 0.75 }}>
          <Button
            color="secondary"
            variant="outlined"
            aria-pressed={view.zoom === 'fit'}
            onClick={() => setView(FIT)}
          >
            {t('models.fit')}
          </Button>
          <Button
            color="secondary"
            variant="outlined"
            aria-pressed={view.zoom === 1}
            onClick={() => setView((v) => ({ ...v, zoom: 1 }))}
          >
            1:1
          </Button>
        </Box>
        <IconButton aria-label={t('common.close')} onClick={onClose} sx={{ ml: 'auto' }}>
          <Close />
        </IconButton>
      </Box>
      <Box
        sx={{
          flex: 1,
          minHeight: 0,
          display: 'grid',
          gridTemplateColumns: 'minmax(0, 1fr) minmax(0, 1fr)',
          gap: '2px',
          bgcolor: 'room.line',
        }}
      >
        {(['a', 'b'] as const).map((which) => {
          const model = which === 'a' ? a : b;
          const card = models.find((m) => m.name === model);
          return (
            <Box
              key={which}
              sx={{ display: 'flex', flexDirection: 'column', minHeight: 0, bgcolor: 'room.table' }}
            >
              {ready ? (
                <ComparePane
                  itemId={item.id}
                  recipe={recipeWith(stored.recipe, task, model)}
                  name={nameOf(model)}
                  view={view}
                  setView={setView}
                />
              ) : (
                <Box sx={{ flex: 1 }} />
              )}
              <Box
                sx={{
                  display: 'flex',
                  alignItems: 'center',
                  gap: 1,
                  px: 1.5,
                  minHeight: 44,
                  bgcolor: 'room.panel',
                }}
              >
                <Typography variant="h4" component="p" noWrap sx={{ flex: 1 }}>
                  {nameOf(model)}
                </Typography>
                {card && !card.chosen && card.source !== 'own' && card.source !== 'trained' && (
                  <Button variant="outlined" color="secondary" onClick={() => void choose(task, card.name)}>
                    {t('models.use')}
                  </Button>
                )}
                {card?.chosen && (
                  <Typography variant="caption" color="textSecondary">
                    {t('models.inUse')}
                  </Typography>
                )}
              </Box>
            </Box>
          );
        })}
      </Box>
      {items?.length === 0 && (
        <Typography color="textSecondary" sx={{ p: 3, textAlign: 'center' }}>
          {t('models.noPictures')}
        </Typography>
      )}
      <Box
        role="group"
        aria-label={t('models.pictures')}
        sx={{
          display: 'flex',
          gap: 0.75,
          p: 1,
          overflowX: 'auto',
          flex: 'none',
          bgcolor: 'room.panel',
          borderTop: 1,
          borderColor: 'room.line',
        }}
      >
        {items?.map((one) => (
          <Thumb key={one.id} item={one} held={one.id === id} choose={() => setItem(one)} />
        ))}
      </Box>
    </Dialog>
  );
}

function Thumb({ item, held, choose: take }: { item: Item; held: boolean; choose(): void }) {
  const url = useThumb(item.id, item.thumbVersion);
  return (
    <ButtonBase
      aria-label={item.name}
      aria-pressed={held}
      onClick={take}
      sx={{
        height: 64,
        width: Math.round(64 * Math.min(2, Math.max(0.6, item.aspect))),
        flex: 'none',
        borderRadius: 0.75,
        overflow: 'hidden',
        bgcolor: 'room.raised',
        outline: held ? '2px solid' : 'none',
        outlineColor: 'primary.main',
        '&.Mui-focusVisible': { outlineOffset: 2 },
      }}
    >
      {url && <img src={url} alt="" style={{ width: '100%', height: '100%', objectFit: 'cover' }} />}
    </ButtonBase>
  );
}
