// Who this peer is and where it saves: asked once and kept, for they seldom change.
import { useQuery } from '@tanstack/react-query';
import * as api from '../api/calls';
import { isMissing } from '../api/client';
import { preferences } from './preferences';

export const useIdentity = () => useQuery({ queryKey: ['identity'], queryFn: api.identity.get, staleTime: Infinity, retry: false });
export const useSettings = () => useQuery({ queryKey: ['settings'], queryFn: api.settings.get, staleTime: Infinity, retry: false });
export const useStatus = () => useQuery({ queryKey: ['status'], queryFn: api.getStatus, staleTime: 60_000 });
export const usePeers = () => useQuery({ queryKey: ['peers'], queryFn: async () => (await api.listPeers()).peers, staleTime: 15_000, refetchOnWindowFocus: true });

/** The folder that downloads go to, or nothing while it is not known. */
export function useDirectory(): string {
  const settings = useSettings();
  if (settings.data) return settings.data.download_directory;
  return settings.isError && isMissing(settings.error) ? preferences.get().directory : '';
}
