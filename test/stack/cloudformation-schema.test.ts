import { CloudFormationSchema, type TemplateBody } from '../support/cloudformation-schema';
import { synthLab } from '../support/synth-lab';

describe("CloudFormation's schema", () => {
  const schema = new CloudFormationSchema();

  it.each([
    ['the default lab', {}],
    ['a lab with everything asked for', {
      apiAccess: '203.0.113.7/32', admins: 'arn:aws:iam::111122223333:role/instructor', natGateways: 3,
      'karpenter.namespace': 'karpenter', 'karpenter.capacityTypes': 'on-demand,spot', 'tags.course': 'karpenter', 'scale': 5, 'class.students': 30,
    }],
  ])('accepts every resource of %s', async (_name, overrides) => {
    const { template } = await synthLab(overrides);
    const resources = Object.entries((template.toJSON() as { readonly Resources: Record<string, TemplateBody> }).Resources);
    expect(resources.flatMap(([logicalId, resource]) => schema.violations(logicalId, resource))).toEqual([]);
  });

  it.each<[string, TemplateBody, string]>([
    ['an unknown type', { Type: 'AWS::EKS::NodePool' }, 'Queue: CloudFormation has no type AWS::EKS::NodePool'],
    ['an unknown property', { Type: 'AWS::SQS::Queue', Properties: { QueueNam: 'x' } }, 'Queue.QueueNam is not a property'],
    ['a missing property', { Type: 'AWS::SQS::QueuePolicy', Properties: { Queues: ['x'] } }, 'Queue.PolicyDocument is missing'],
    ['a wrong type', { Type: 'AWS::SQS::Queue', Properties: { MessageRetentionPeriod: 'five' } }, 'Queue.MessageRetentionPeriod is "five", not integer'],
    ['a mistake further down', { Type: 'AWS::EKS::Cluster', Properties: { RoleArn: 'x', ResourcesVpcConfig: { SubnetIds: 'x' } } }, 'Queue.ResourcesVpcConfig.SubnetIds is "x", not Array<string>'],
  ])('fails when a template has %s', (_name, resource, violation) => {
    expect(schema.violations('Queue', resource)).toContain(violation);
  });
});
