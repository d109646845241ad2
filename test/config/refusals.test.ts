import { loadConfig, type LoadConfigOptions } from '../../lib/config/load';
import { type ConfigProblem, InvalidConfig } from '../../lib/config/problems';
import { versions } from '../../lib/config/versions';
import type { JsonObject } from '../../lib/json';
import { writeLabFile } from './lab-file-fixture';

/** What is given, the path of its problem, the value shown, and words of the answer. */
interface Refusal {
  readonly fact: string;
  readonly given: JsonObject;
  readonly path: string;
  readonly received: unknown;
  readonly words: readonly string[];
}

const NINETY_CHARACTERS = 'a'.repeat(90);
const ROLE = 'arn:aws:iam::111122223333:role/Instructor';
const SSO_ROLE = 'AWSReservedSSO_Admin_0123456789abcdef';
const GOV_CLOUD = { region: 'us-gov-west-1', availabilityZones: 'us-gov-west-1a,us-gov-west-1b' };

function refusal(fact: string, given: Refusal['given'], path: string, received: unknown, ...words: readonly string[]): Refusal {
  return { fact, given, path, received, words };
}

const REFUSALS: readonly Refusal[] = [
  // Keys
  refusal('a key is misspelt', { clusterNam: 'x' }, 'clusterNam', 'x', 'nearest is clusterName', 'Write clusterName instead'),
  refusal('a key within a group is misspelt', { 'karpenter.limits.cpus': 5 }, 'karpenter.limits.cpus', 5, 'nearest is karpenter.limits.cpu'),
  refusal('a key stands in the wrong group', { replicas: 5 }, 'replicas', 5, 'nearest is inflate.replicas'),
  refusal('a key is like none', { 'karpenter.colour': 'blue' }, 'karpenter.colour', 'blue', 'none is near', 'docs/configuration.md'),
  refusal('a key of a group given as a map is unknown', { karpenter: { foo: 1 } }, 'karpenter.foo', 1, 'Remove karpenter.foo'),
  refusal('one key is given under two names', { 'scale': '1', 'inflate.replicas': '2' }, 'inflate.replicas', '2', 'one value', 'Give scale or inflate.replicas, not both'),

  // Types
  refusal('the scale is a word', { scale: 'five' }, 'inflate.replicas', 'five', 'a whole number from 0', '-c inflate.replicas=5'),
  refusal('the scale is a fraction', { scale: '1.5' }, 'inflate.replicas', 1.5, 'a whole number'),
  refusal('the scale is empty', { scale: '' }, 'inflate.replicas', '', 'a whole number'),
  refusal('a version is a number', { kubernetesVersion: 1.35 }, 'kubernetesVersion', 1.35, 'Put it in quotes'),
  refusal('a text is true', { team: true }, 'team', true, 'Put it in quotes', 'boolean'),
  refusal('a key has no value', { team: null }, 'team', null, 'Give team a value, such as "my-team"'),
  refusal('a group has no keys', { karpenter: null }, 'karpenter', null, 'Write below karpenter'),
  refusal('a group is a text', { 'karpenter.limits': '100' }, 'karpenter.limits', '100', 'the keys cpu and memory'),
  refusal('tags are a text', { tags: '{"a":"b"}' }, 'tags', '{"a":"b"}', 'up to 40 tags', 'such as -c tags.Course=karpenter'),
  refusal('a group is given a value', { inflate: '5' }, 'inflate', '5', 'such as -c inflate.namespace=karpenter-test'),
  refusal('an element of a list is of the wrong form', { admins: 'me' }, 'admins[0]', 'me', 'the whole ARN'),
  refusal('a list is a number', { admins: 5 }, 'admins', 5, 'a list', 'for example ["arn:aws:iam::'),
  refusal('an element of a list is a number', { apiAccess: [5] }, 'apiAccess[0]', 5, 'Put it in quotes'),
  refusal('a tag is a number', { 'tags.Room': 7 }, 'tags.Room', 7, 'Put it in quotes'),

  // Network
  refusal('the VPC is too small for the subnets', { vpcCidr: '10.11.0.0/21' }, 'vpcCidr', '10.11.0.0/21', 'from /16 to /20', 'Write 10.11.0.0/20', 'a quarter of the VPC'),
  refusal('the VPC is larger than AWS allows', { vpcCidr: '10.10.0.0/15' }, 'vpcCidr', '10.10.0.0/15', 'Write 10.10.0.0/16', 'no VPC larger than /16'),
  refusal('the VPC is not private', { vpcCidr: '11.0.0.0/16' }, 'vpcCidr', '11.0.0.0/16', '100.64.0.0/10', 'Write 10.11.0.0/16: public addresses'),
  refusal('the VPC lies beside a private range', { vpcCidr: '172.32.0.0/16' }, 'vpcCidr', '172.32.0.0/16', 'public addresses'),
  refusal('the VPC has host bits', { vpcCidr: '10.11.7.0/16' }, 'vpcCidr', '10.11.7.0/16', 'Write 10.11.0.0/16'),
  refusal('the VPC has host bits and is not private', { vpcCidr: '8.8.8.0/16' }, 'vpcCidr', '8.8.8.0/16', 'Write 10.11.0.0/16: the bits after the prefix must be zero; public addresses'),
  refusal('the VPC has host bits and is too small', { vpcCidr: '192.168.4.9/24' }, 'vpcCidr', '192.168.4.9/24', 'Write 192.168.0.0/20', 'must be zero; each private subnet'),
  refusal('the VPC is larger than AWS allows and all public', { vpcCidr: '0.0.0.0/0' }, 'vpcCidr', '0.0.0.0/0', 'Write 10.11.0.0/16', 'no VPC larger than /16; public addresses'),
  refusal('the VPC is a part of the range of Docker and too small', { vpcCidr: '172.17.4.0/24' }, 'vpcCidr', '172.17.4.0/24', 'Write 10.11.0.0/20', 'a quarter of the VPC', 'Docker'),
  refusal('the VPC is the range of Docker', { vpcCidr: '172.17.0.0/16' }, 'vpcCidr', '172.17.0.0/16', 'not in 172.17.0.0/16', 'Docker'),
  refusal('the VPC has no prefix length', { vpcCidr: '10.11.0.0' }, 'vpcCidr', '10.11.0.0', 'such as 10.11.0.0/16'),
  refusal('the VPC has an octet above 255', { vpcCidr: '10.300.0.0/16' }, 'vpcCidr', '10.300.0.0/16', 'a private IPv4 range'),
  refusal('the VPC has a leading zero', { vpcCidr: '10.011.0.0/16' }, 'vpcCidr', '10.011.0.0/16', 'a private IPv4 range'),
  refusal('there is no NAT gateway', { natGateways: '0' }, 'natGateways', 0, 'from 1', 'pull images'),
  refusal('there are more NAT gateways than zones', { natGateways: '3', availabilityZones: 'ap-northeast-2a,ap-northeast-2b' }, 'natGateways', 3, 'from 1 to 2', 'Set natGateways to 2'),

  // Region and zones
  refusal('the region is no region', { region: 'seoul' }, 'region', 'seoul', 'the name of an AWS region'),
  refusal('the region is a zone', { region: 'ap-northeast-2a' }, 'region', 'ap-northeast-2a', 'such as ap-northeast-2'),
  refusal('the zones are of another region', { region: 'us-west-2' }, 'availabilityZones', ['ap-northeast-2a', 'ap-northeast-2b', 'ap-northeast-2c'], 'zones of us-west-2', '[us-west-2a, us-west-2b, us-west-2c]'),
  refusal('Seoul has no such zone', { availabilityZones: 'ap-northeast-2a,ap-northeast-2e' }, 'availabilityZones', ['ap-northeast-2a', 'ap-northeast-2e'], 'ap-northeast-2d'),
  refusal('no region has such a zone', { region: 'eu-west-1', availabilityZones: 'eu-west-1a,eu-west-1g' }, 'availabilityZones', ['eu-west-1a', 'eu-west-1g'], 'eu-west-1f'),
  refusal('a zone is a Local Zone', { region: 'us-west-2', availabilityZones: 'us-west-2-lax-1a,us-west-2a' }, 'availabilityZones[0]', 'us-west-2-lax-1a', 'zones of the region'),
  refusal('there is one zone', { availabilityZones: 'ap-northeast-2a' }, 'availabilityZones', ['ap-northeast-2a'], '2 to 3 different zones'),
  refusal('there are four zones', { availabilityZones: 'ap-northeast-2a,ap-northeast-2b,ap-northeast-2c,ap-northeast-2d' }, 'availabilityZones', ['ap-northeast-2a', 'ap-northeast-2b', 'ap-northeast-2c', 'ap-northeast-2d'], '2 to 3'),
  refusal('a zone stands there twice', { availabilityZones: 'ap-northeast-2a,ap-northeast-2a' }, 'availabilityZones', ['ap-northeast-2a', 'ap-northeast-2a'], 'Remove the second ap-northeast-2a'),

  // Account and deadline
  refusal('the account has hyphens', { account: '1111-2222-3333' }, 'account', '1111-2222-3333', 'the 12 digits', 'without spaces or hyphens'),
  refusal('the account is a number in YAML', { account: 111122223333 }, 'account', 111_122_223_333, 'Put it in quotes'),
  refusal('the account is too short', { account: '11112222333' }, 'account', '11112222333', 'the 12 digits'),
  refusal('the deadline has no zone', { expiresAt: '2026-12-01T18:00' }, 'expiresAt', '2026-12-01T18:00', 'with its offset', '2026-12-01T18:00+09:00 is in Seoul'),
  refusal('the deadline is a day', { expiresAt: '2026-12-01' }, 'expiresAt', '2026-12-01', 'Say which zone is meant: 2026-12-01T18:00+09:00'),
  refusal('the deadline has a space in it', { expiresAt: '2026-12-01 18:00+09:00' }, 'expiresAt', '2026-12-01 18:00+09:00', 'date, T, time and offset'),
  refusal('the deadline has the name of a zone', { expiresAt: '2026-12-01T18:00 KST' }, 'expiresAt', '2026-12-01T18:00 KST', 'date, T, time and offset'),
  refusal('the deadline is on no day of the calendar', { expiresAt: '2026-02-30T18:00+09:00' }, 'expiresAt', '2026-02-30T18:00+09:00', 'no calendar has this day'),
  refusal('the deadline is a number of hours', { expiresAt: '6' }, 'expiresAt', '6', 'date, T, time and offset'),

  // Names
  refusal('the longest role name passes 64 characters', { clusterName: 'a'.repeat(44) }, 'clusterName', 'a'.repeat(44), '1 to 43', 'Shorten it by 1', 'would have 65 of at most 64'),
  refusal('the cluster name is too long and has an underscore', { clusterName: `lab_${'a'.repeat(40)}` }, 'clusterName', `lab_${'a'.repeat(40)}`, 'digits and hyphens only', 'Shorten it by 1'),
  refusal('the cluster name has an underscore', { clusterName: 'lab_two' }, 'clusterName', 'lab_two', 'CloudFormation stack'),
  refusal('the cluster name starts with a digit', { clusterName: '2lab' }, 'clusterName', '2lab', 'a letter first'),
  refusal('the cluster name is empty', { clusterName: '' }, 'clusterName', '', 'a letter first'),
  refusal('the team is no label value', { team: 'my team' }, 'team', 'my team', '1 to 63', 'eks-team'),
  refusal('the team is too long for a label value', { team: NINETY_CHARACTERS }, 'team', NINETY_CHARACTERS, '1 to 63'),
  refusal('the team is empty', { team: '' }, 'team', '', '1 to 63'),
  refusal('the namespace is not lower case', { 'inflate.namespace': 'Karpenter' }, 'inflate.namespace', 'Karpenter', 'lower-case'),
  refusal('the namespace is too long', { 'inflate.namespace': NINETY_CHARACTERS }, 'inflate.namespace', NINETY_CHARACTERS, 'at most 63'),
  refusal('the namespace belongs to Kubernetes', { 'inflate.namespace': 'kube-lab' }, 'inflate.namespace', 'kube-lab', 'not kube-*', 'deletes this namespace'),
  refusal('the namespace cannot be deleted', { 'inflate.namespace': 'default' }, 'inflate.namespace', 'default', 'not default'),
  refusal('the controller is in a namespace of Kubernetes', { 'karpenter.namespace': 'kube-public' }, 'karpenter.namespace', 'kube-public', 'kube-system'),
  refusal('controller and exercise share a namespace', { 'karpenter.namespace': 'lab', 'inflate.namespace': 'lab' }, 'inflate.namespace', 'lab', 'another namespace', 'outlive'),

  // Versions
  refusal('Kubernetes is out of support', { kubernetesVersion: '1.29' }, 'kubernetesVersion', '1.29', '1.35', 'In standard support'),
  refusal('Kubernetes has no pins', { kubernetesVersion: '1.36' }, 'kubernetesVersion', '1.36', '1.35', 'lib/config/versions.ts'),
  refusal('Karpenter is too old for Kubernetes 1.35', { 'karpenter.version': '1.8.2' }, 'karpenter.version', '1.8.2', '1.9.0 or later with Kubernetes 1.35', `Set karpenter.version to ${versions.karpenter}`),
  refusal('Karpenter is newer than its permissions here', { 'karpenter.version': '1.15.0' }, 'karpenter.version', '1.15.0', 'up to 1.14.x', 'permissions'),
  refusal('the Karpenter version has a v', { 'karpenter.version': 'v1.14.1' }, 'karpenter.version', 'v1.14.1', 'without a v'),

  // Capacity
  refusal('replicas are negative', { scale: '-1' }, 'inflate.replicas', -1, 'a whole number from 0'),
  refusal('replicas are beyond the CPU limit', { scale: '100' }, 'inflate.replicas', 100, 'from 0 to 99', 'karpenter.limits.cpu = 100', 'at least 101'),
  refusal('replicas leave the kubelet nothing', { 'scale': '8', 'karpenter.limits.cpu': '8' }, 'inflate.replicas', 8, 'from 0 to 7', 'at least 9'),
  refusal('replicas of two cores are beyond the CPU limit', { 'scale': '50', 'inflate.cpu': '2' }, 'inflate.replicas', 50, 'from 0 to 49'),
  refusal('replicas need more CPU than the limit may ever be', { 'scale': '10000', 'inflate.cpu': '2' }, 'inflate.replicas', 10_000, 'Lower inflate.replicas to 49.'),
  refusal('one pod needs more CPU than the limit may ever be', { 'inflate.cpu': '20000' }, 'karpenter.limits.cpu', 100, 'Lower inflate.cpu', 'at most 10000'),
  refusal('not one pod fits the CPU limit, and many are wanted', { 'scale': '9', 'inflate.cpu': '2', 'karpenter.limits.cpu': '2' }, 'karpenter.limits.cpu', 2, 'Raise karpenter.limits.cpu to 19'),
  refusal('not one pod fits the CPU limit', { 'inflate.cpu': '2', 'karpenter.limits.cpu': '2' }, 'karpenter.limits.cpu', 2, 'at least 3'),
  refusal('replicas are beyond any class', { scale: '20000' }, 'inflate.replicas', 20_000, 'a whole number from 0'),
  refusal('the CPU limit is zero', { 'karpenter.limits.cpu': '0' }, 'karpenter.limits.cpu', 0, 'from 1 to 10000'),
  refusal('the memory limit has no unit', { 'karpenter.limits.memory': '400' }, 'karpenter.limits.memory', '400', 'with a unit', 'reads bytes'),
  refusal('the memory limit holds no node', { 'karpenter.limits.memory': '512Mi' }, 'karpenter.limits.memory', '512Mi', 'at least 2Gi', 'launch none'),
  refusal('the CPU request is no quantity', { 'inflate.cpu': 'one' }, 'inflate.cpu', 'one', 'thousandths such as "500m"'),
  refusal('the CPU request is nothing', { 'inflate.cpu': '0' }, 'inflate.cpu', '0', 'Without a request'),
  refusal('the CPU request is a number in YAML', { 'inflate.cpu': 1 }, 'inflate.cpu', 1, 'Put it in quotes'),

  // Class
  refusal('there are more seats than a template holds', { 'class.students': '201' }, 'class.students', 201, 'a whole number from 0 to 200'),
  refusal('a number of students is negative', { 'class.students': '-1' }, 'class.students', -1, 'a whole number from 0 to 200'),
  refusal('a seat cannot hold the exercise', { 'class.students': '3', 'class.cpuPerSeat': '4' }, 'class.cpuPerSeat', 4, 'at least 5', '5 pods of the exercise, of 1 CPU each', 'Raise class.cpuPerSeat to 5'),
  refusal('a seat cannot hold the exercise with larger pods', { 'class.students': '3', 'inflate.cpu': '1500m' }, 'class.cpuPerSeat', 7, 'at least 8', 'Raise class.cpuPerSeat to 8'),
  refusal('no seat can hold the exercise', { 'class.students': '3', 'inflate.cpu': '7' }, 'class.cpuPerSeat', 7, 'at least 35', 'lower inflate.cpu to 1400m'),
  refusal('a seat has more cores than the largest node of a class', { 'class.cpuPerSeat': '32' }, 'class.cpuPerSeat', 32, 'from 1 to 31'),
  refusal('the team is named like a seat', { 'class.students': '3', 'team': 'student-003' }, 'team', 'student-003', 'student-001 to student-003', 'such as my-team'),
  refusal('the exercise is in the namespace of a seat', { 'class.students': '1', 'inflate.namespace': 'student-001' }, 'inflate.namespace', 'student-001', 'those of the class, student-001 and karpenter-lab-class'),
  refusal('Karpenter is where the marks are', { 'class.students': '3', 'karpenter.namespace': 'karpenter-lab-class' }, 'karpenter.namespace', 'karpenter-lab-class', 'such as karpenter'),
  refusal('seats are idle at once', { 'class.idleMinutes': '0' }, 'class.idleMinutes', 0, 'from 5 to 1440'),

  // Nodes
  refusal('there is one system node', { 'systemNodes.count': '1' }, 'systemNodes.count', 1, 'from 2 to 10', 'Give a whole number from 2 to 10: -c systemNodes.count=2.'),
  refusal('there are too many system nodes', { 'systemNodes.count': '11' }, 'systemNodes.count', 11, 'from 2 to 10'),
  refusal('the instance type has no size', { 'systemNodes.instanceType': 't3' }, 'systemNodes.instanceType', 't3', 'family and size'),
  refusal('the instance type is too small', { 'systemNodes.instanceType': 't3.small' }, 'systemNodes.instanceType', 't3.small', 'medium or larger', 'pod slots'),
  refusal('an instance category has a generation', { 'karpenter.instanceCategories': 'c5,m' }, 'karpenter.instanceCategories[0]', 'c5', 'Write c:', 'minInstanceGeneration'),
  refusal('an instance category does not exist', { 'karpenter.instanceCategories': 'trm' }, 'karpenter.instanceCategories[0]', 'trm', 'Write trn'),
  refusal('there is no instance category', { 'karpenter.instanceCategories': '' }, 'karpenter.instanceCategories', [], 'instance categories'),
  refusal('an instance category stands there twice', { 'karpenter.instanceCategories': 'c,m,c' }, 'karpenter.instanceCategories', ['c', 'm', 'c'], 'Remove the second c'),
  refusal('the instance generation does not exist', { 'karpenter.minInstanceGeneration': '12' }, 'karpenter.minInstanceGeneration', 12, 'from 1 to 8'),
  refusal('an architecture has another name', { 'karpenter.architectures': 'x86_64' }, 'karpenter.architectures[0]', 'x86_64', 'amd64, arm64 or both'),
  refusal('a capacity type has another name', { 'karpenter.capacityTypes': 'on-demand,ondemand' }, 'karpenter.capacityTypes[1]', 'ondemand', 'on-demand, spot, reserved'),
  refusal('there is no capacity type', { 'karpenter.capacityTypes': '' }, 'karpenter.capacityTypes', [], 'one or more'),
  refusal('capacity is reserved only', { 'karpenter.capacityTypes': 'reserved' }, 'karpenter.capacityTypes', ['reserved'], 'not reserved alone', 'selects no capacity reservation'),
  refusal('the consolidation policy does not exist', { 'karpenter.consolidation.policy': 'WhenUnderutilized' }, 'karpenter.consolidation.policy', 'WhenUnderutilized', 'WhenEmpty or WhenEmptyOrUnderutilized'),
  refusal('a duration has no unit', { 'karpenter.consolidation.after': '30' }, 'karpenter.consolidation.after', '30', '30s, 5m or 1h30m', 'with its unit'),
  refusal('a duration is in days', { 'karpenter.consolidation.after': '1d' }, 'karpenter.consolidation.after', '1d', 'hours, minutes and seconds'),
  refusal('a duration is never in lower case', { 'karpenter.consolidation.after': 'never' }, 'karpenter.consolidation.after', 'never', 'or Never'),
  refusal('the AMI alias is not pinned', { 'karpenter.amiAlias': 'al2023@latest' }, 'karpenter.amiAlias', 'al2023@latest', 'al2023@vYYYYMMDD', 'in the middle of a class'),
  refusal('the AMI alias is of another family', { 'karpenter.amiAlias': 'bottlerocket@v1.20.4' }, 'karpenter.amiAlias', 'bottlerocket@v1.20.4', 'al2023'),
  refusal('the AMI alias has no v', { 'karpenter.amiAlias': 'al2023@20260917' }, 'karpenter.amiAlias', 'al2023@20260917', '@v'),
  refusal('the AMI alias is of no day', { 'karpenter.amiAlias': 'al2023@v20260931' }, 'karpenter.amiAlias', 'al2023@v20260931', 'no day of the calendar'),
  refusal('the AMI alias is older than every image for Kubernetes 1.35', { 'karpenter.amiAlias': 'al2023@v20251103' }, 'karpenter.amiAlias', 'al2023@v20251103', '2026-01-20 or later', 'launches no node'),
  refusal('the image has no tag', { 'inflate.image': 'public.ecr.aws/eks-distro/kubernetes/pause' }, 'inflate.image', 'public.ecr.aws/eks-distro/kubernetes/pause', 'registry/repository:tag'),
  refusal('the image is latest', { 'inflate.image': 'public.ecr.aws/x/pause:latest' }, 'inflate.image', 'public.ecr.aws/x/pause:latest', 'not latest'),

  // Access
  refusal('an admin is the account', { admins: 'arn:aws:iam::111122223333:root' }, 'admins[0]', 'arn:aws:iam::111122223333:root', 'role or user', 'no account root'),
  refusal('an admin is a session of a role', { admins: `${ROLE},arn:aws:sts::111122223333:assumed-role/Instructor/me` }, 'admins[1]', 'arn:aws:sts::111122223333:assumed-role/Instructor/me', ROLE, 'aws iam get-role'),
  refusal('a role of IAM Identity Center lacks its path', { admins: `arn:aws:iam::111122223333:role/${SSO_ROLE}` }, 'admins[0]', `arn:aws:iam::111122223333:role/${SSO_ROLE}`,
    `arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/REGION/${SSO_ROLE}`, `aws iam get-role --role-name ${SSO_ROLE}`, 'if that is us-east-1'),
  refusal('an admin is a session of IAM Identity Center', { admins: `arn:aws:sts::111122223333:assumed-role/${SSO_ROLE}/kim` }, 'admins[0]', `arn:aws:sts::111122223333:assumed-role/${SSO_ROLE}/kim`,
    `role/aws-reserved/sso.amazonaws.com/REGION/${SSO_ROLE}`),
  refusal('an admin is of AWS in a region of GovCloud', { ...GOV_CLOUD, admins: `${ROLE.replace('arn:aws:', 'arn:aws-us-gov:')},${ROLE}` }, 'admins[1]', ROLE, 'aws-us-gov, the partition of us-gov-west-1', 'Write arn:aws-us-gov:iam::111122223333:role/Instructor,'),
  refusal('an admin is of AWS in a region of China', { region: 'cn-north-1', availabilityZones: 'cn-north-1a,cn-north-1b', admins: ROLE }, 'admins[0]', ROLE, 'Write arn:aws-cn:iam::111122223333:role/Instructor,'),
  refusal('an admin is of GovCloud in a region of AWS', { admins: 'arn:aws-us-gov:iam::111122223333:user/ann' }, 'admins[0]', 'arn:aws-us-gov:iam::111122223333:user/ann', 'Write arn:aws:iam::111122223333:user/ann,'),
  refusal('an admin is a name', { admins: 'Instructor' }, 'admins[0]', 'Instructor', 'the whole ARN'),
  refusal('an admin is a group', { admins: 'arn:aws:iam::111122223333:group/Staff' }, 'admins[0]', 'arn:aws:iam::111122223333:group/Staff', 'role or user'),
  refusal('an account has eleven digits', { admins: 'arn:aws:iam::11112222333:role/Instructor' }, 'admins[0]', 'arn:aws:iam::11112222333:role/Instructor', 'the whole ARN'),
  refusal('an admin stands there twice', { admins: `${ROLE},${ROLE}` }, 'admins', [ROLE, ROLE], 'Remove the second'),
  refusal('access is given to an address', { apiAccess: '203.0.113.7' }, 'apiAccess[0]', '203.0.113.7', '203.0.113.7/32 is this one address'),
  refusal('access is given to a private range', { apiAccess: '203.0.113.7/32,10.0.0.0/8' }, 'apiAccess[1]', '10.0.0.0/8', 'private endpoint serves the VPC'),
  refusal('access is given to multicast addresses', { apiAccess: '224.0.0.0/4' }, 'apiAccess[0]', '224.0.0.0/4', 'nobody has an address in it'),
  refusal('access is given to a reserved range', { apiAccess: '250.0.0.0/8' }, 'apiAccess[0]', '250.0.0.0/8', 'nobody has an address in it'),
  refusal('access is given to this network', { apiAccess: '0.0.0.0/8' }, 'apiAccess[0]', '0.0.0.0/8', 'nobody has an address in it'),
  refusal('access is given to a private address', { apiAccess: '10.1.2.3' }, 'apiAccess[0]', '10.1.2.3', 'private endpoint serves the VPC'),
  refusal('access is given to a private range with host bits', { apiAccess: '192.168.1.7/24' }, 'apiAccess[0]', '192.168.1.7/24', 'private endpoint serves the VPC'),
  refusal('access has host bits', { apiAccess: '203.0.113.7/24' }, 'apiAccess[0]', '203.0.113.7/24', 'Write 203.0.113.0/24'),
  refusal('access is given by IPv6', { apiAccess: '2001:db8::/32' }, 'apiAccess[0]', '2001:db8::/32', 'IPv4'),
  refusal('access is given to a host name', { apiAccess: 'example.com' }, 'apiAccess[0]', 'example.com', 'opens the endpoint to the world'),

  // Tags
  refusal('a tag is of AWS', { 'tags.aws:createdBy': 'me' }, 'tags.aws:createdBy', 'aws:createdBy', 'no key of AWS', 'aws: is reserved'),
  refusal('a tag is of Karpenter', { 'tags.karpenter.sh/nodepool': 'mine' }, 'tags.karpenter.sh/nodepool', 'karpenter.sh/nodepool', 'karpenter.sh/ is reserved'),
  refusal('a tag is of Kubernetes', { 'tags.kubernetes.io/cluster/lab': 'owned' }, 'tags.kubernetes.io/cluster/lab', 'kubernetes.io/cluster/lab', 'ownership'),
  refusal('a tag is of the EBS CSI driver', { 'tags.KubernetesCluster': 'lab' }, 'tags.KubernetesCluster', 'KubernetesCluster', 'is reserved'),
  refusal('a tag has a sign that AWS refuses', { 'tags.Course': 'a;b' }, 'tags.Course', 'a;b', 'Correct the value'),
  refusal('a tag key is too long', { tags: { ['k'.repeat(129)]: 'v' } }, `tags.${"k".repeat(129)}`, 'k'.repeat(129), 'Correct the key'),
  refusal('a tag value is too long', { 'tags.Course': 'v'.repeat(257) }, 'tags.Course', 'v'.repeat(257), 'up to 256'),
  refusal('two tags differ by case only', { tags: { Course: 'a', course: 'b' } }, 'tags', { Course: 'a', course: 'b' }, 'upper and lower case', 'rename course'),
  refusal('there are too many tags', { tags: Object.fromEntries(Array.from({ length: 41 }, (_, i) => [`k${i}`, 'v'])) }, 'tags', expect.any(Object), 'Remove 1'),
];

function problemsOf(options: LoadConfigOptions): readonly ConfigProblem[] {
  try {
    loadConfig(options);
  } catch (error) {
    if (error instanceof InvalidConfig) {
      return error.problems;
    }
    throw error;
  }
  throw new Error('the configuration was accepted');
}

/** What a remedy tells to write, as it stands after the equals sign of `-c`. */
interface Proposal extends Refusal {
  readonly key: string;
  readonly value: string;
}

const OTHER_KEY = /^Write (?<key>\S+) instead of/;
const ARGUMENT = /-c (?<key>\S+)=(?<value>\S+?)\.?$/;
const VALUE = /(?:for example|such as|without spaces:|meant:|session:|length:|^Write|^Take|^Raise \S+ to|^Lower \S+ to|^Set \S+ to) (?<value>\[[^\]]+\]|"[^"]+"|[^\s"[]*[^\s"[.:,;])/g;
const ENGLISH_WORD = /^(a|an|the|one|[a-z]{4,})$/;

function proposalOf(refused: Refusal): readonly Proposal[] {
  const [problem] = problemsOf({ file: writeLabFile(''), overrides: refused.given });
  const otherKey = OTHER_KEY.exec(problem?.remedy ?? '')?.groups?.['key'];
  if (otherKey !== undefined) return [{ ...refused, key: otherKey, value: String(refused.received) }];
  const argument = ARGUMENT.exec(problem?.remedy ?? '')?.groups;
  if (argument !== undefined) return [{ ...refused, key: argument['key'] ?? '', value: argument['value'] ?? '' }];
  const values = [...problem?.remedy.matchAll(VALUE) ?? []].map(({ groups }) => groups?.['value'] ?? '');
  const value = values.find((each) => !ENGLISH_WORD.test(each));
  return value === undefined
    ? []
    : [{ ...refused, key: refused.path.replace(/\[\d+\]$/, ''), value: value.replaceAll(/["[\]]/g, '') }];
}

const PROPOSALS = REFUSALS.flatMap(proposalOf);

describe('a configuration', () => {
  test.each(REFUSALS)('fails when $fact', ({ given, path, received, words }) => {
    const problems = problemsOf({ file: writeLabFile(''), overrides: given });
    expect(problems.map((problem) => problem.path)).toEqual([path]);
    expect(problems[0]?.received).toEqual(received);
    for (const word of words) {
      expect(`${problems[0]?.allowed}\n${problems[0]?.remedy}`).toContain(word);
    }
  });

  it('is told what to write in most refusals', () => {
    expect(PROPOSALS.length).toBeGreaterThan(REFUSALS.length / 2);
  });

  test.each(PROPOSALS)('is accepted with $value as the remedy has it, where $fact', ({ given, path, key, value }) => {
    const others = Object.entries(given).filter(([name]) => name !== path.replace(/\[\d+\]$/, '') && !(name === 'scale' && path === 'inflate.replicas'));
    expect(() => loadConfig({ file: writeLabFile(''), overrides: { ...Object.fromEntries(others), [key]: value } })).not.toThrow();
  });

  it('fails when upstream does not state that the Karpenter release works with the Kubernetes version', () => {
    const problems = problemsOf({ file: writeLabFile('kubernetesVersion: "1.36"\nkarpenter: {version: 1.12.0}\n') });
    expect(problems.map(({ path, allowed }) => [path, allowed])).toEqual([
      ['kubernetesVersion', '"1.35", in quotes'],
      ['karpenter.version', '1.13.0 or later with Kubernetes 1.36'],
    ]);
  });

  it('shows one problem a value, and every value with a problem', () => {
    const problems = problemsOf({
      file: writeLabFile('clusterName: lab_two\nvpcCidr: 8.8.0.0/16\nkarpenter: {limits: {cpu: many}}\ninflat: {replicas: 5}\n'),
      overrides: { scale: 'five', admins: 'me,you' },
    });
    expect(problems.map((problem) => problem.path).sort()).toEqual([
      'admins[0]', 'admins[1]', 'clusterName', 'inflat', 'inflate.replicas', 'karpenter.limits.cpu', 'vpcCidr',
    ]);
  });

  it('shows a broken rule between keys beside a broken key', () => {
    const problems = problemsOf({ file: writeLabFile('team: ""\nnatGateways: 3\navailabilityZones: [ap-northeast-2a, ap-northeast-2b]\n') });
    expect(problems.map((problem) => problem.path).sort()).toEqual(['natGateways', 'team']);
  });

  it('keeps quiet about rules whose keys are broken themselves', () => {
    const problems = problemsOf({ file: writeLabFile('karpenter: {limits: {cpu: none}}\ninflate: {replicas: 5000}\n') });
    expect(problems.map((problem) => problem.path)).toEqual(['karpenter.limits.cpu']);
  });

  it('keeps checking a group with an unknown key in it', () => {
    const problems = problemsOf({ file: writeLabFile('karpenter: {colour: blue, limits: {cpu: 4}}\ninflate: {replicas: 5}\n') });
    expect(problems.map((problem) => problem.path).sort()).toEqual(['inflate.replicas', 'karpenter.colour']);
  });

  it('shows what is wrong in the file although an override lies below it', () => {
    const problems = problemsOf({ file: writeLabFile('karpenter: 5\n'), overrides: { 'karpenter.limits.cpu': '50' } });
    expect(problems.map(({ path, received }) => [path, received])).toEqual([['karpenter', 5]]);
  });

  it('speaks YAML of a value in the file', () => {
    expect(problemsOf({ file: writeLabFile('inflate: {replicas: five}\n') })[0]?.remedy).toBe('Set inflate.replicas to a whole number from 0 to what karpenter.limits.cpu can hold, for example 5.');
  });

  it('says how to write a dotted key in the file', () => {
    const [problem] = problemsOf({ file: writeLabFile('karpenter.limits.cpu: 50\n') });
    expect(problem?.remedy).toBe('Nest it: write each part of karpenter.limits.cpu as a key below the one before.');
  });

  it('names the line of the file or the override that a value comes from', () => {
    const file = writeLabFile('region: ap-northeast-2\n\nteam: ""\nkarpenter:\n  limits:\n    cpu: 0\napiAccess:\n  - 1.1.1.1/32\n  - here\n');
    const problems = problemsOf({ file, overrides: { scale: 'five' } });
    expect(Object.fromEntries(problems.map((problem) => [problem.path, problem.origin]))).toEqual({
      'team': `${file}:3`,
      'karpenter.limits.cpu': `${file}:6`,
      'apiAccess[1]': `${file}:9`,
      'inflate.replicas': 'override scale',
    });
  });

  it.each([
    { fact: 'a number is too small', text: 'systemNodes: {count: 1}\n', message: 'Too small: expected number to be >=2', remedy: 'Set systemNodes.count to a whole number from 2 to 10, for example 2.' },
    { fact: 'a number is a fraction', text: 'natGateways: 1.5\n', message: 'Invalid input: expected int, received number', remedy: 'Keep at least one and at most one a zone' },
    { fact: 'an option does not exist', text: 'karpenter: {consolidation: {policy: Always}}\n', message: 'Invalid option: expected one of "WhenEmpty"|"WhenEmptyOrUnderutilized"', remedy: 'WhenEmpty or WhenEmptyOrUnderutilized' },
    { fact: 'a group is a text', text: 'karpenter: {limits: many}\n', message: 'Invalid input: expected object, received string', remedy: 'Write below karpenter.limits, each on a line of its own, any of the keys cpu and memory' },
    { fact: 'a key is unknown', text: 'clusterNam: x\n', message: 'Unrecognized key: "clusterNam"', remedy: 'Write clusterName instead of clusterNam' },
    { fact: 'a check of our own refuses it', text: 'team: ""\n', message: 'Invalid input: expected 1 to 63 letters, digits', remedy: 'such as my-team' },
    { fact: 'a tag key is refused', text: 'tags: {"aws:x": y}\n', message: 'Invalid input: expected up to 40 tags', remedy: 'Rename the key' },
    { fact: 'a region has another form', text: 'region: seoul\n', message: 'Invalid input: expected the name of an AWS region', remedy: 'Set region to the name of an AWS region, such as ap-northeast-2.' },
  ])('says in the words of zod that $fact, and what to do', ({ text, message, remedy }) => {
    const problems = problemsOf({ file: writeLabFile(text) });
    expect(problems).toMatchObject([{ message: expect.stringContaining(message) as string, remedy: expect.stringContaining(remedy) as string }]);
  });

  it('counts its problems', () => {
    const error = new InvalidConfig(problemsOf({ file: writeLabFile(''), overrides: { scale: 'five', team: '' } }));
    expect([error.code, error.message]).toEqual(['InvalidConfig', 'The configuration has 2 problems.']);
  });
});
