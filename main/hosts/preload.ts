/**
 * The bridge into the sandboxed window: the contract's messages and dropped files, nothing else. It alone can
 * learn a dropped file's path (a page cannot forge a File for a path of its choice), and tells only the host.
 */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { Answer, ErrorCode, Request } from '../../app/contract/messages.ts';
import type { ModelCardView, ModelWish } from '../../app/contract/models.ts';

// Written out again because a sandboxed preload is one file that loads nothing of the host.
const CHANNEL = 'revelado';
const DROP_CHANNEL = 'revelado:drop';
const MODEL_CHANNEL = 'revelado:model';

type ImportedOrNot = { model: ModelCardView } | { error: string; code: ErrorCode };

const bridge = {
  kind: 'electron' as const,
  origin: 'revelado://app',
  send(request: Request): void {
    ipcRenderer.send(CHANNEL, request);
  },
  onAnswer(listener: (answer: Answer) => void): () => void {
    const forward = (_event: unknown, answer: Answer): void => listener(answer);
    ipcRenderer.on(CHANNEL, forward);
    return () => ipcRenderer.off(CHANNEL, forward);
  },
  importFiles(files: File[]): Promise<{ jobId: number }> {
    const paths = files.map((file) => webUtils.getPathForFile(file)).filter((p) => p !== '');
    return ipcRenderer.invoke(DROP_CHANNEL, paths) as Promise<{ jobId: number }>;
  },
  importModel(file: File, wish: ModelWish): Promise<ImportedOrNot> {
    return ipcRenderer.invoke(MODEL_CHANNEL, webUtils.getPathForFile(file), wish) as Promise<ImportedOrNot>;
  },
};
export type Bridge = typeof bridge;

contextBridge.exposeInMainWorld('revelado', bridge);
