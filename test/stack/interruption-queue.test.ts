import { synthLab, type SynthesizedLab } from '../support/synth-lab';

describe('the interruption queue', () => {
  let lab: SynthesizedLab;

  beforeAll(async () => {
    lab = await synthLab();
  });

  it('is encrypted and forgets warnings after five minutes', () => {
    lab.template.hasResourceProperties('AWS::SQS::Queue', {
      QueueName: 'karpenter-lab',
      MessageRetentionPeriod: 300,
      SqsManagedSseEnabled: true,
    });
  });

  it('takes messages from AWS services, and nothing without TLS', () => {
    const [policy] = Object.values(lab.template.findResources('AWS::SQS::QueuePolicy')) as {
      readonly Properties: { readonly PolicyDocument: { readonly Statement: readonly unknown[] } };
    }[];
    const queue = { 'Fn::GetAtt': [Object.keys(lab.template.findResources('AWS::SQS::Queue'))[0], 'Arn'] };
    expect(policy?.Properties.PolicyDocument.Statement).toEqual([
      {
        Sid: 'AllowEventDelivery',
        Effect: 'Allow',
        Principal: { Service: ['events.amazonaws.com', 'sqs.amazonaws.com'] },
        Action: 'sqs:SendMessage',
        Resource: queue,
      },
      {
        Sid: 'DenyHTTP',
        Effect: 'Deny',
        Principal: '*',
        Action: 'sqs:*',
        Resource: queue,
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ]);
  });

  it.each([
    ['aws.health', 'AWS Health Event'],
    ['aws.ec2', 'EC2 Spot Instance Interruption Warning'],
    ['aws.ec2', 'EC2 Instance Rebalance Recommendation'],
    ['aws.ec2', 'EC2 Instance State-change Notification'],
    ['aws.ec2', 'EC2 Capacity Reservation Instance Interruption Warning'],
  ])('hears of %s: %s', (source, detailType) => {
    const [queue] = Object.keys(lab.template.findResources('AWS::SQS::Queue'));
    lab.template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { 'source': [source], 'detail-type': [detailType] },
      State: 'ENABLED',
      Targets: [{ Arn: { 'Fn::GetAtt': [queue, 'Arn'] } }],
    });
  });

  it('hears of nothing else', () => {
    lab.template.resourceCountIs('AWS::Events::Rule', 5);
  });
});
