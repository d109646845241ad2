import type { LabStatus } from '../../actions/lab-status/lab-status-result';
import type { LabChange } from '../../actions/lab-status/status-changes';
import { hourlyText, moreThan } from '../format/money-text';
import { countedText } from '../format/quantity-text';
import { podCountsText, statusText } from '../status/status-text';
import { cutText } from '../text/cut-text';
import { printableText } from '../text/printable-text';
import type { TextLayout } from '../text/text-layout';
import { sectionHeading } from '../text/text-section';

/** Changes that a terminal shows below the state. */
const SHOWN_CHANGES = 6;

/** A change as one line: `01:02:03  NodeClaim default-x launched  c5a.2xlarge, ap-northeast-2a, on-demand`. */
export function changeLine({ at, kind, name, state, detail }: LabChange): string {
  return printableText(`${at.slice(11, 19)}  ${kind} ${name} ${state}${detail === '' ? '' : `  ${detail}`}`);
}

/** How it stands when the watch begins, in one line for a pipe. */
export function firstLine({ at, cluster, isReady, pods, nodes, cost }: LabStatus): string {
  const byKarpenter = nodes.filter(({ nodePoolName }) => nodePoolName !== undefined).length;
  const price = cost.unavailable === undefined ? `, ${moreThan(cost)}${hourlyText(cost.totalPerHour)}` : '';
  return `${at.slice(11, 19)}  lab ${cluster} is ${isReady ? 'ready' : 'not ready'}: ${podCountsText(pods)}, ${countedText(byKarpenter, 'node')} by Karpenter${price}`;
}

/** The state, drawn anew with each change, and the latest changes below it. */
export function watchScreen(status: LabStatus, latest: readonly LabChange[], isCutOff: boolean, layout: TextLayout): readonly string[] {
  const shown = latest.slice(-SHOWN_CHANGES);
  return [
    isCutOff ? layout.style.bad('The connection is lost; it is tried again. Ctrl-C ends the watch.') : layout.style.muted(`Seen ${status.at.slice(11, 19)} UTC. Ctrl-C ends the watch.`),
    ...statusText(status, layout, true),
    ...(shown.length === 0 ? [] : ['', sectionHeading('Latest', 'UTC', layout), ...shown.map((change) => `  ${cutText(changeLine(change), layout.width - 2)}`)]),
  ];
}
