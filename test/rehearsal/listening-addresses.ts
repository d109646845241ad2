import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/** State of a socket that listens, in `/proc/net/tcp`. */
const LISTEN = '0A';

/** Addresses in hexadecimal on which a process listens over TCP: `0100007F` is 127.0.0.1. */
export function listeningAddresses(pid: number): readonly string[] {
  return listeningSockets(pid).map((socket) => socket.slice(0, socket.indexOf(':')));
}

/** Addresses and ports in hexadecimal on which a process listens over TCP, such as `0100007F:1F90`. */
export function listeningSockets(pid: number): readonly string[] {
  const inodes = new Set(readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => /^socket:\[(\d+)\]$/.exec(linkOf(pid, descriptor))?.[1] ?? []));
  return listening(String(pid)).flatMap(({ local, inode }) => inodes.has(inode) ? [local] : []);
}

/** Addresses and ports on which any process of this machine listens over TCP. */
export function allListeningSockets(): readonly string[] {
  return listening('self').map(({ local }) => local);
}

function listening(process: string): readonly { readonly local: string; readonly inode: string }[] {
  return ['tcp', 'tcp6'].flatMap((protocol) => readFileSync(`/proc/${process}/net/${protocol}`, 'utf8').split('\n').slice(1).flatMap((line) => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    return state === LISTEN ? [{ local, inode }] : [];
  }));
}

/** What a descriptor points to; empty when it has been closed meanwhile. */
function linkOf(pid: number, descriptor: string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${descriptor}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
