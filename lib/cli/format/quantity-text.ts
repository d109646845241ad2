/** CPU as Kubernetes writes it: `5`, `1930m`. */
export function cpuText(cpuMillis: number): string {
  return cpuMillis % 1000 === 0 ? String(cpuMillis / 1000) : `${cpuMillis}m`;
}

/** Memory in the largest unit that keeps it whole: `16 GiB`, `14162 MiB`. */
export function memoryText(memoryMiB: number): string {
  return memoryMiB >= 1024 && memoryMiB % 1024 === 0 ? `${memoryMiB / 1024} GiB` : `${memoryMiB} MiB`;
}

/** A whole number with its thousands apart: `24,561`. */
export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

/** A count with its noun: `1 node`, `2 nodes`. */
export function countedText(count: number, noun: string, plural = `${noun}s`): string {
  return `${countText(count)} ${count === 1 ? noun : plural}`;
}
