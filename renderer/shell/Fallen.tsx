/**
 * Keeps the window standing when one of its parts falls: a part of the program that does not arrive, or a fault of ours,
 * is said where it happened, with a way on. Without it React takes the whole window away.
 */
import { Alert, AlertTitle, Box, Button } from '@mui/material';
import { Component, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../store/app.ts';

function Said({ error }: { error: unknown }) {
  const { t } = useTranslation();
  return (
    <Box sx={{ p: 3, display: 'grid', placeItems: 'start center', height: '100%' }}>
      <Alert
        severity="error"
        action={
          <Button color="inherit" size="small" onClick={() => window.location.reload()}>
            {t('fallen.reload')}
          </Button>
        }
        sx={{ maxWidth: 640 }}
      >
        <AlertTitle>{t('fallen.title')}</AlertTitle>
        {t('fallen.text')}
        <Box component="p" sx={{ m: 0, mt: 1, opacity: 0.8, overflowWrap: 'anywhere' }}>
          {errorText(error)}
        </Box>
      </Alert>
    </Box>
  );
}

interface Props {
  /** What is shown inside; another value tries again. */
  part: string;
  children: ReactNode;
}
interface State {
  fallen: { error: unknown } | null;
}

export class Fallen extends Component<Props, State> {
  override state: State = { fallen: null };
  static getDerivedStateFromError(error: unknown): State {
    return { fallen: { error } };
  }
  override componentDidUpdate(before: Props): void {
    if (before.part !== this.props.part && this.state.fallen) this.setState({ fallen: null });
  }
  override render(): ReactNode {
    return this.state.fallen ? <Said error={this.state.fallen.error} /> : this.props.children;
  }
}
