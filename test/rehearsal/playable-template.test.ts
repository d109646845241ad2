import { SynthesizedStack } from '../../lib/assembly/synthesized-stack';
import type { JsonObject } from '../../lib/json';
import { requirePlayable } from '../../lib/rehearsal/playable-template';
import { synthLab } from '../support/synth-lab';

function stackOf(template: JsonObject): SynthesizedStack {
  return new SynthesizedStack({ stackName: 'karpenter-lab', region: 'ap-northeast-2', template });
}

function stackWith(resources: JsonObject): SynthesizedStack {
  return stackOf({ Resources: { Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } }, ...resources } });
}

describe('a template is played', () => {
  it('when it is the lab\'s', async () => {
    const { synthesized } = await synthLab();
    expect(() => requirePlayable(synthesized)).not.toThrow();
  });

  it.each<[what: string, resources: JsonObject, message: string, received: unknown]>([
    ['a type that the rehearsal lacks', { Bucket: { Type: 'AWS::S3::Bucket' } }, 'Bucket: the rehearsal plays no AWS::S3::Bucket.', { logicalId: 'Bucket', type: 'AWS::S3::Bucket' }],
    ['a property that is misspelt', { Subnet: { Type: 'AWS::EC2::Subnet', Properties: { CidrBlok: '10.0.0.0/24' } } },
      'Subnet: the rehearsal plays no property CidrBlok of AWS::EC2::Subnet.', { logicalId: 'Subnet', type: 'AWS::EC2::Subnet', property: 'CidrBlok' }],
    ['a function that is not played', { Subnet: { Type: 'AWS::EC2::Subnet', Properties: { CidrBlock: { 'Fn::ImportValue': 'x' } } } },
      'Subnet: the rehearsal plays no Fn::ImportValue of a resource, which is AWS::EC2::Subnet.', { logicalId: 'Subnet', type: 'AWS::EC2::Subnet' }],
    ['a reference to what is not there', { Subnet: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: { Ref: 'Network' } } } },
      'CloudFormation refuses the template: Template format error: Unresolved resource dependencies [Network] in the Resources block of the template', undefined],
  ])('fails when it has %s, with the resource', (_what, resources, message, received) => {
    expect(() => requirePlayable(stackWith(resources))).toThrow(expect.objectContaining({ code: 'TemplateNotPlayable', message, received }));
  });
});
