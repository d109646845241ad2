import type { PriceTable } from '../../estimates/price-table';
import { refuseDryRuns } from './dry-run';
import { describeClusterOf } from './described-cluster';
import type { Handler } from './handler';
import { imageParameterHandlers } from './image-parameters';
import { narrowInstanceTypes } from './instance-type-details';
import { describeInstanceTypeOfferings } from './instance-type-offerings';
import type { NodeImage } from './node-image';
import { getProducts } from './products';
import type { RehearsedLab } from './rehearsed-lab';
import { RehearsedStack } from './rehearsed-stack';
import { describeSimulatedInstances, terminateSimulatedInstances } from './simulated-instances';
import { describeSpotPriceHistory } from './spot-price-history';

/** What the answers are made from. */
export interface Market {
  /** Instance types and prices of the rehearsed region. No other type exists in the rehearsal. */
  readonly prices: PriceTable;
  /** Images that moto was started with. */
  readonly images: readonly NodeImage[];
  /** The lab that is rehearsed. @default - none: moto answers for its cluster, stack and instances */
  readonly lab?: RehearsedLab;
}

/** Handlers by service and operation, such as `ec2 DescribeInstanceTypes`. */
export function handlersOf({ prices, images, lab }: Market): ReadonlyMap<string, Handler> {
  const parameters = imageParameterHandlers(prices.region, images);
  return new Map<string, Handler>([
    ['pricing GetProducts', getProducts(prices)],
    ['ssm GetParameter', parameters.getParameter],
    ['ssm GetParameters', parameters.getParameters],
    ['ssm GetParametersByPath', parameters.getParametersByPath],
    ['ec2 DescribeSpotPriceHistory', refuseDryRuns(describeSpotPriceHistory(prices))],
    ['ec2 DescribeInstanceTypeOfferings', refuseDryRuns(describeInstanceTypeOfferings(prices))],
    ['ec2 DescribeInstanceTypes', refuseDryRuns(narrowInstanceTypes(prices))],
    ...(lab === undefined ? [] : labHandlers(lab)),
  ]);
}

function labHandlers(lab: RehearsedLab): readonly (readonly [string, Handler])[] {
  const stack = new RehearsedStack(lab);
  return [
    [`eks GET /clusters/${encodeURIComponent(lab.clusterName)}`, describeClusterOf(lab)],
    ['ec2 DescribeInstances', refuseDryRuns(describeSimulatedInstances(lab))],
    ['ec2 TerminateInstances', refuseDryRuns(terminateSimulatedInstances)],
    ['cloudformation DescribeStacks', stack.describeStacks],
    ['cloudformation DescribeStackEvents', stack.describeStackEvents],
    ['cloudformation ListStackResources', stack.listStackResources],
    ['cloudformation ListStacks', stack.listStacks],
    ['cloudformation DeleteStack', stack.deleteStack],
  ];
}
