/** What other pictures have to say to this one: several prints on the scan, the other side, an age in common, remembered colours. */
import FlipToBack from '@mui/icons-material/FlipToBack';
import { Box, Button, Typography } from '@mui/material';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { isPrint } from '../../../app/recipe/wanted.ts';
import { useLightbox, useSession } from '../context.ts';
import {
  acceptProposals,
  askPrints,
  askProposals,
  dismissProposals,
  openProposals,
} from '../logic/family.ts';
import type { FrameBoundary } from '../logic/frames.ts';

/** Waits until somebody stays on a picture (ms): who leafs through a box is not to be kept waiting. */
const STAY = 900;
const none: readonly never[] = [];
const small = { minHeight: 26, py: 0, px: 1, fontSize: 12, minWidth: 0 } as const;

export function FamilyCard() {
  const { t } = useTranslation();
  const session = useSession();
  const item = useLightbox((s) => s.items[s.id]);
  const known = useLightbox((s) => s.recipe !== null);
  const hints = useLightbox((s) => s.recipe?.params.colour.hints ?? none);
  const all = useLightbox((s) => s.proposals);
  const tool = useLightbox((s) => s.tool);
  const single = useLightbox((s) => s.auto !== null && !s.auto.framesByPerson && s.auto.frames.length < 2);
  const [prints, setPrints] = useState<{ id: number; frames: FrameBoundary[] } | null>(null);
  const [hidden, setHidden] = useState<number | null>(null);
  const id = item?.id;
  const print = item !== undefined && isPrint(item.kind);
  const film = item?.kind === 'reel';

  useEffect(() => {
    if (!known || film || id === undefined) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      // Without an answer there is simply nothing to propose.
      askProposals(session, stop.signal).catch(() => undefined);
      if (print && single)
        askPrints(session, stop.signal)
          .then((frames) => !stop.signal.aborted && setPrints({ id, frames }))
          .catch(() => undefined);
    }, STAY);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [session, id, known, print, film, single]);

  if (!item) return null;
  const found = prints?.id === item.id && single && hidden !== item.id ? prints.frames : none;
  const proposals = openProposals(all, hints);
  const from = [...new Set(proposals.map((p) => p.fromName))];
  const flip = item.backId ?? item.backOf;
  return (
    <>
      {found.length > 1 && tool !== 'frames' && (
        <Note text={t('lightbox.family.prints', { count: found.length })}>
          <Button
            variant="outlined"
            color="secondary"
            sx={small}
            onClick={() => session.store.setState({ tool: 'frames', foundPrints: found })}
          >
            {t('lightbox.family.look')}
          </Button>
          <Button variant="text" color="secondary" sx={small} onClick={() => setHidden(item.id)}>
            {t('lightbox.family.onePicture')}
          </Button>
        </Note>
      )}
      {flip !== null && (
        <Note text={t(item.backOf === null ? 'lightbox.family.hasBack' : 'lightbox.family.isBack')}>
          <Button
            variant="outlined"
            color="secondary"
            startIcon={<FlipToBack />}
            sx={small}
            onClick={() => void session.open(flip)}
          >
            {t(item.backOf === null ? 'lightbox.family.toBack' : 'lightbox.family.toFront')}
          </Button>
          <Button
            variant="text"
            color="secondary"
            sx={small}
            onClick={() => void session.client.call('pairs.part', { itemId: item.id }).catch(session.fail)}
          >
            {t('lightbox.family.part')}
          </Button>
        </Note>
      )}
      {item.sharedAgeing && (
        <Note text={t('lightbox.family.sharedAge')}>
          <Button
            variant="text"
            color="secondary"
            sx={small}
            onClick={() => void session.client.call('album.part', { ids: [item.id] }).catch(session.fail)}
          >
            {t('lightbox.family.ownAge')}
          </Button>
        </Note>
      )}
      {proposals.length > 0 && (
        <Note
          text={t('lightbox.family.colours', {
            count: proposals.length,
            from: from.slice(0, 2).join(', ') + (from.length > 2 ? ' …' : ''),
          })}
        >
          {tool !== 'hints' && (
            <Button
              variant="outlined"
              color="secondary"
              sx={small}
              onClick={() => session.store.setState({ tool: 'hints' })}
            >
              {t('lightbox.family.look')}
            </Button>
          )}
          <Button
            variant="outlined"
            color="secondary"
            sx={small}
            onClick={() => acceptProposals(session, proposals)}
          >
            {t('lightbox.family.takeAll')}
          </Button>
          <Button
            variant="text"
            color="secondary"
            sx={small}
            onClick={() => void dismissProposals(session, proposals)}
          >
            {t('lightbox.family.notHere')}
          </Button>
        </Note>
      )}
    </>
  );
}

function Note({ text, children }: { text: string; children: ReactNode }) {
  return (
    <Box
      role="note"
      sx={{
        mx: 1.5,
        mt: 1,
        p: 1,
        borderRadius: 1,
        border: 1,
        borderColor: 'room.lineStrong',
        bgcolor: 'room.raised',
      }}
    >
      <Typography variant="body2" sx={{ fontSize: 12.5, textWrap: 'pretty' }}>
        {text}
      </Typography>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 0.5, mt: 0.75 }}>{children}</Box>
    </Box>
  );
}
