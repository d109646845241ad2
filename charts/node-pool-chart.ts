import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { Ec2NodeClass, type Ec2NodeClassProps } from './ec2-node-class';
import { NodePool, type NodePoolOptions } from './node-pool';

/** The two sides of the lab's nodes. `name` names both objects. */
export interface NodePoolChartProps extends Ec2NodeClassProps, NodePoolOptions {}

/** What lets Karpenter launch nodes: an EC2NodeClass and a NodePool that refers to it. */
export class NodePoolChart extends Chart {
  readonly nodeClass: Ec2NodeClass;
  readonly nodePool: NodePool;

  constructor(scope: Construct, id: string, props: NodePoolChartProps) {
    super(scope, id);
    this.nodeClass = new Ec2NodeClass(this, 'NodeClass', props);
    this.nodePool = new NodePool(this, 'NodePool', { ...props, nodeClass: this.nodeClass });
  }
}
