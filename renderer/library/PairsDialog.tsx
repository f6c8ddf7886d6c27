/** Fronts and backs that were found among prints: looked at, ticked, and put together. */
import {
  Box,
  Button,
  Checkbox,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  Tooltip,
  Typography,
} from '@mui/material';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PairProposal } from '../../app/contract/family.ts';
import type { Item } from '../../app/contract/library.ts';
import { getClient } from '../client.ts';
import { useSaid } from '../i18n/said.ts';
import { notify, report } from '../store/app.ts';
import { reload } from '../store/library.ts';
import { useThumb } from '../ui/useThumb.ts';
import { openDialog } from './state.ts';

/** From how sure a pair is ticked by itself. */
const SURE = 0.7;
const keyOf = (pair: PairProposal) => `${pair.frontId} ${pair.backId}`;

export function PairsDialog({ pairs }: { pairs: PairProposal[] }) {
  const { t } = useTranslation();
  const said = useSaid();
  const [ticked, setTicked] = useState(() => new Set(pairs.filter((p) => p.score >= SURE).map(keyOf)));
  const [turned, setTurned] = useState<ReadonlySet<string>>(new Set());
  const close = () => openDialog(null);
  const toggle = (set: ReadonlySet<string>, key: string) => {
    const next = new Set(set);
    if (!next.delete(key)) next.add(key);
    return next;
  };
  const join = async () => {
    close();
    const client = getClient();
    const done: number[] = [];
    try {
      for (const pair of pairs.filter((p) => ticked.has(keyOf(p)))) {
        const other = turned.has(keyOf(pair));
        const frontId = other ? pair.backId : pair.frontId;
        const backId = other ? pair.frontId : pair.backId;
        await client.call('pairs.join', { frontId, backId });
        done.push(backId);
      }
    } catch (error) {
      report(error);
    }
    await reload();
    if (done.length === 0) return;
    notify('info', t('family.joinedMany', { count: done.length }), {
      label: t('common.undo'),
      run: () =>
        void Promise.all(done.map((itemId) => client.call('pairs.part', { itemId })))
          .then(reload)
          .catch(report),
    });
  };
  return (
    <Dialog open onClose={close} fullWidth maxWidth="sm" aria-labelledby="pairs-title">
      <DialogTitle id="pairs-title">{t('family.found', { count: pairs.length })}</DialogTitle>
      <DialogContent>
        <Typography variant="body2" color="textSecondary" sx={{ mb: 1.5 }}>
          {t('family.foundText')}
        </Typography>
        <Box component="ul" sx={{ m: 0, p: 0, listStyle: 'none', display: 'grid', gap: 1 }}>
          {pairs.map((pair) => {
            const key = keyOf(pair);
            const [front, back] = turned.has(key) ? [pair.backId, pair.frontId] : [pair.frontId, pair.backId];
            return (
              <Box
                component="li"
                key={key}
                sx={{
                  display: 'flex',
                  alignItems: 'center',
                  gap: 1.5,
                  p: 1,
                  borderRadius: 1,
                  bgcolor: 'room.raised',
                }}
              >
                <Checkbox
                  checked={ticked.has(key)}
                  onChange={() => setTicked((s) => toggle(s, key) as Set<string>)}
                  slotProps={{ input: { 'aria-label': t('family.tick', { front, back }) } }}
                />
                <Side id={front} label={t('family.front')} />
                <Side id={back} label={t('family.back')} />
                <Box sx={{ flex: 1, minWidth: 0 }}>
                  <Tooltip title={pair.reasons.map((r) => said(r)).join(' ')}>
                    <Typography variant="body2" sx={{ fontSize: 12.5 }}>
                      {said(pair.reasons[0] ?? '')}
                    </Typography>
                  </Tooltip>
                  <Button
                    color="secondary"
                    variant="text"
                    onClick={() => setTurned((s) => toggle(s, key))}
                    sx={{ minHeight: 26, py: 0, px: 1, ml: -1 }}
                  >
                    {t('family.swap')}
                  </Button>
                </Box>
              </Box>
            );
          })}
        </Box>
      </DialogContent>
      <DialogActions>
        <Button color="secondary" onClick={close}>
          {t('common.cancel')}
        </Button>
        <Button variant="contained" disabled={ticked.size === 0} onClick={() => void join()}>
          {t('family.joinTicked', { count: ticked.size })}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function Side({ id, label }: { id: number; label: string }) {
  const [item, setItem] = useState<Item | null>(null);
  useEffect(() => {
    let wanted = true;
    getClient()
      .call('library.item', { id })
      .then((found) => wanted && setItem(found))
      .catch(report);
    return () => {
      wanted = false;
    };
  }, [id]);
  const url = useThumb(id, item?.id === id ? item.thumbVersion : 0);
  return (
    <Box sx={{ width: 104, flex: 'none' }}>
      <Box
        sx={{
          width: 104,
          height: 78,
          display: 'grid',
          placeContent: 'center',
          bgcolor: 'room.table',
          borderRadius: 0.5,
          overflow: 'hidden',
        }}
      >
        {url && <img src={url} alt="" style={{ maxWidth: 104, maxHeight: 78 }} />}
      </Box>
      <Typography variant="caption" component="p" noWrap title={item?.name}>
        {label}: {item?.id === id ? item.name : ''}
      </Typography>
    </Box>
  );
}
