/** A new dataset: what to learn from (library, folders, what was dropped) and which damage to learn to undo. */
import {
  Alert,
  Box,
  Button,
  Checkbox,
  Chip,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  FormControlLabel,
  LinearProgress,
  Radio,
  RadioGroup,
  TextField,
  Typography,
} from '@mui/material';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { datasetKinds, presets, type DatasetKind, type StudioDataset } from '../../app/contract/studio.ts';
import { selectedIds, useLibrary } from '../store/library.ts';
import { buildDataset } from './actions.ts';
import { useImport } from './dropped.ts';
import { FolderChoice, placeKey, type Place } from './FolderChoice.tsx';
import { useStudio, type Making } from './store.ts';

const close = () => useStudio.setState({ making: null });

function Line(props: { label: string; count: number; checked: boolean; onChange: (on: boolean) => void }) {
  const { t } = useTranslation();
  return (
    <FormControlLabel
      sx={{ mr: 0, '& .MuiFormControlLabel-label': { flex: 1, minWidth: 0 } }}
      control={<Checkbox checked={props.checked} onChange={(_, on) => props.onChange(on)} sx={{ py: 0.5 }} />}
      label={
        <Box sx={{ display: 'flex', gap: 1 }}>
          <Typography variant="body2" noWrap sx={{ flex: 1 }}>
            {props.label}
          </Typography>
          <Typography variant="figure" color="textSecondary">
            {t('library.frames', { count: props.count })}
          </Typography>
        </Box>
      }
    />
  );
}

export default function NewDataset({ making }: { making: Making }) {
  const { t } = useTranslation();
  const groups = useLibrary((s) => s.groups);
  const table = useLibrary((s) => s.index.ids);
  const [selection] = useState(selectedIds);
  const imported = useImport(making.dropped);
  const [groupIds, setGroupIds] = useState<ReadonlySet<number>>(new Set());
  const [withSelection, setWithSelection] = useState(selection.length > 1);
  const [withTable, setWithTable] = useState(false);
  const [places, setPlaces] = useState<Place[]>([]);
  const [kind, setKind] = useState(making.kind);
  const sung = kind === 'melodies';
  const [preset, setPreset] = useState<StudioDataset['preset']>('print');
  const [named, setNamed] = useState<string | null>(null);
  const [sending, setSending] = useState(false);
  const chosenGroups = [...groupIds].flatMap((id) => groups.get(id) ?? []);
  const itemIds = [
    ...new Set([
      ...making.itemIds,
      ...imported.itemIds,
      ...(withSelection ? selection : []),
      ...(withTable ? Array.from(table) : []),
    ]),
  ];
  const name =
    named ??
    (sung ? undefined : chosenGroups[0]?.name) ??
    places[0]?.name ??
    t(sung ? 'studio.melodies.unnamed' : 'studio.make.unnamed');
  const some = (sung ? 0 : itemIds.length + groupIds.size) + places.length > 0;
  const able = some && imported.done && name.trim() !== '' && !sending;
  const build = async () => {
    setSending(true);
    const ok = await buildDataset({
      name: name.trim(),
      kind,
      preset,
      sources: {
        itemIds: sung ? [] : itemIds,
        groupIds: sung ? [] : [...groupIds],
        folders: places.map(({ folderId, path }) => ({ folderId, path })),
      },
    });
    setSending(false);
    if (ok) close();
  };
  return (
    <Dialog open onClose={close} fullWidth maxWidth="md" aria-labelledby="new-dataset">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (able) void build();
        }}
      >
        <DialogTitle id="new-dataset">{t('studio.make.title')}</DialogTitle>
        <DialogContent sx={{ display: 'grid', gap: 2.5, maxHeight: 'calc(100vh - 220px)' }}>
          <RadioGroup
            row
            value={kind}
            onChange={(_, value) => setKind(value as DatasetKind)}
            aria-label={t('studio.make.kind')}
            sx={{ columnGap: 2 }}
          >
            {datasetKinds.map((value) => (
              <FormControlLabel
                key={value}
                value={value}
                control={<Radio size="small" />}
                label={t(`studio.make.kinds.${value}`)}
              />
            ))}
          </RadioGroup>
          {making.dropped.length > 0 && !sung && (
            <Box role="status">
              {imported.error ? (
                <Alert severity="error">{imported.error}</Alert>
              ) : imported.done ? (
                <Alert severity="success">
                  {t('studio.make.dropped', { count: imported.itemIds.length })}
                </Alert>
              ) : (
                <>
                  <Typography variant="body2" sx={{ mb: 0.75 }}>
                    {t('library.importing', { count: making.dropped.length })}
                  </Typography>
                  <LinearProgress aria-label={t('jobs.progress')} />
                </>
              )}
            </Box>
          )}
          <Box sx={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(300px, 1fr))', gap: 3 }}>
            {!sung && (
              <Box component="section" aria-label={t('studio.make.library')}>
                <Typography variant="label" component="h3" sx={{ mt: 0, mb: 0.5 }}>
                  {t('studio.make.library')}
                </Typography>
                <Box sx={{ display: 'grid', maxHeight: 248, overflowY: 'auto', pr: 1 }}>
                  {selection.length > 0 && (
                    <Line
                      label={t('studio.make.selection')}
                      count={selection.length}
                      checked={withSelection}
                      onChange={setWithSelection}
                    />
                  )}
                  {table.length > 0 && (
                    <Line
                      label={t('studio.make.table')}
                      count={table.length}
                      checked={withTable}
                      onChange={setWithTable}
                    />
                  )}
                  {[...groups.values()].map((group) => (
                    <Line
                      key={group.id}
                      label={group.name}
                      count={group.count}
                      checked={groupIds.has(group.id)}
                      onChange={(on) => {
                        const next = new Set(groupIds);
                        if (on) next.add(group.id);
                        else next.delete(group.id);
                        setGroupIds(next);
                      }}
                    />
                  ))}
                </Box>
                {table.length === 0 && groups.size === 0 && (
                  <Typography variant="body2" color="textSecondary">
                    {t('studio.make.emptyLibrary')}
                  </Typography>
                )}
                <Typography variant="caption" color="textSecondary" component="p" sx={{ mb: 0, mt: 0.75 }}>
                  {t('studio.make.negatives')}
                </Typography>
              </Box>
            )}
            <Box component="section" aria-label={t('studio.make.folders')}>
              <Typography variant="label" component="h3" sx={{ mt: 0, mb: 0.5 }}>
                {t('studio.make.folders')}
              </Typography>
              <FolderChoice picked={places} onChange={setPlaces} />
              {places.length > 0 && (
                <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 0.5, mt: 1 }}>
                  {places.map((place) => (
                    <Chip
                      key={placeKey(place)}
                      size="small"
                      label={place.name}
                      onDelete={() => setPlaces(places.filter((p) => p !== place))}
                    />
                  ))}
                </Box>
              )}
            </Box>
          </Box>
          {sung ? (
            <Typography variant="body2" color="textSecondary">
              {t('studio.melodies.what')}
            </Typography>
          ) : (
            <Box>
              <Typography id="studio-preset" variant="label" component="h3" sx={{ m: 0, mb: 0.5 }}>
                {t('studio.make.preset')}
              </Typography>
              <RadioGroup
                value={preset}
                onChange={(_, value) => setPreset(value as StudioDataset['preset'])}
                aria-labelledby="studio-preset"
                sx={{
                  display: 'grid',
                  gridTemplateColumns: 'repeat(auto-fit, minmax(300px, 1fr))',
                  columnGap: 3,
                  rowGap: 0.5,
                }}
              >
                {presets.map((value) => (
                  <FormControlLabel
                    key={value}
                    value={value}
                    sx={{ alignItems: 'flex-start' }}
                    control={<Radio size="small" sx={{ py: 0.25 }} />}
                    label={
                      <>
                        <Typography variant="body2">{t(`studio.preset.${value}.name`)}</Typography>
                        <Typography variant="caption" color="textSecondary" component="div">
                          {t(`studio.preset.${value}.text`)}
                        </Typography>
                      </>
                    }
                  />
                ))}
              </RadioGroup>
            </Box>
          )}
          <TextField
            label={t('studio.make.name')}
            value={name}
            onChange={(event) => setNamed(event.target.value.slice(0, 80))}
            sx={{ maxWidth: 420 }}
          />
        </DialogContent>
        <DialogActions>
          <Typography variant="caption" color="textSecondary" sx={{ flex: 1, pl: 1.5 }}>
            {some ? t(sung ? 'studio.melodies.copied' : 'studio.make.what') : t('studio.make.choose')}
          </Typography>
          <Button color="secondary" onClick={close}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" variant="contained" disabled={!able}>
            {t('studio.make.go')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
