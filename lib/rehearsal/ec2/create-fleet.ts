import type { EC2Client } from '@aws-sdk/client-ec2';
import { randomUUID } from 'node:crypto';
import { arrayAt, type JsonObject, numberAt, objectAt, textAt } from '../../json';
import type { PriceTable } from '../../plan/price-table';
import { type AwsAnswer, ec2Answer, xmlElement, type XmlElement } from '../aws-answers/aws-answer';
import { AwsFault, type AwsRequest } from '../aws-answers/aws-request';
import { dryRunSucceeds } from '../aws-answers/ec2-query';
import { type CapacityShortage, type CapacityType, type FleetOffer, inOrder, refusalOf } from './fleet-offers';
import { completeLaunch, tagsFor, tagSpecification } from './launch-request';
import { type LaunchTemplateVersion, readLaunchTemplate } from './launch-template';
import { type Launches, zoneOf } from './launches';
import { formObject } from './query-form';

/** What a fleet is launched with. */
export interface FleetOptions {
  readonly prices: PriceTable;
  readonly ec2: EC2Client;
  readonly launches: Launches;
  /** What EC2 has none of now. */
  readonly shortages: () => readonly CapacityShortage[];
  /** Told of a fleet of which EC2 launched nothing: why not, offer by offer. */
  readonly onNoCapacity: (fleet: JsonObject, faults: readonly AwsFault[]) => void;
}

/** What a fleet could launch, and by which template. */
interface TemplateOffer extends FleetOffer {
  readonly template: LaunchTemplateVersion;
  readonly override: JsonObject;
}

/** An offer that EC2 did not launch, and why. */
interface RefusedOffer {
  readonly offer: TemplateOffer;
  readonly fault: AwsFault;
}

/** Parts of a request that decide what is launched, and that the rehearsal does not play. */
const NOT_PLAYED = ['ReservedCapacityOptions', 'Context'] as const;

/**
 * Answers CreateFleet for a fleet of the type `instant`, the one that Karpenter asks for: launches the best offer over all
 * launch templates and overrides that EC2 has, and says for each that it had not why.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateFleet.html
 * @throws AwsFault as EC2 does, and `UnsupportedOperation` for a fleet that the rehearsal does not play
 */
export async function createFleet(request: AwsRequest, options: FleetOptions): Promise<AwsAnswer> {
  const fleet = formObject(request.parameters);
  requirePlayed(fleet);
  const capacityType = capacityTypeOf(fleet);
  const strategy = textAt(fleet, capacityType === 'spot' ? 'SpotOptions' : 'OnDemandOptions', 'AllocationStrategy') ?? 'lowest-price';
  const choice = { prices: options.prices, capacityType, allocationStrategy: strategy };
  const offers = inOrder(await offersOf(fleet, options.ec2), choice);
  const [best] = offers;
  if (best === undefined) throw new AwsFault('InvalidParameterCombination', 'The fleet has no override with an instance type and a subnet.');
  const fleetId = `fleet-${randomUUID()}`;
  if (textAt(fleet, 'DryRun') === 'true') {
    await options.launches.check(launchOf(best, { fleet, fleetId, capacityType }));
    throw dryRunSucceeds();
  }

  const shortages = options.shortages();
  const refused: RefusedOffer[] = [];
  for (const offer of offers) {
    try {
      const refusal = refusalOf(offer, choice, shortages);
      if (refusal !== undefined) throw refusal;
      const launch = launchOf(offer, { fleet, fleetId, capacityType });
      await options.launches.check(launch);
      const { instanceIds } = await options.launches.run(request, launch);
      return fleetAnswer({ fleetId, capacityType, refused, launched: { offer, instanceIds } });
    } catch (error) {
      if (!(error instanceof AwsFault)) throw error;
      // EC2 answers a fleet with the faults of its launches.
      refused.push({ offer, fault: error });
    }
  }
  options.onNoCapacity(fleet, refused.map(({ fault }) => fault));
  return fleetAnswer({ fleetId, capacityType, refused });
}

function requirePlayed(fleet: JsonObject): void {
  const type = textAt(fleet, 'Type') ?? 'maintain';
  if (type !== 'instant') throw new AwsFault('UnsupportedOperation', `The rehearsal does not play fleets of the type ${type}.`);
  const part = NOT_PLAYED.find((name) => fleet[name] !== undefined);
  if (part !== undefined) throw new AwsFault('UnsupportedOperation', `The rehearsal does not play fleets with ${part}.`);
  const target = objectAt(fleet, 'TargetCapacitySpecification');
  if (numberAt(target, 'TotalTargetCapacity') === undefined) {
    throw new AwsFault('MissingParameter', 'The request must contain the parameter TargetCapacitySpecification.TotalTargetCapacity');
  }
}

function capacityTypeOf(fleet: JsonObject): CapacityType {
  const type = textAt(fleet, 'TargetCapacitySpecification', 'DefaultTargetCapacityType') ?? 'on-demand';
  if (type === 'spot' || type === 'on-demand') return type;
  throw new AwsFault('UnsupportedOperation', `The rehearsal does not play the capacity type ${type}.`);
}

async function offersOf(fleet: JsonObject, ec2: EC2Client): Promise<readonly TemplateOffer[]> {
  const offers: TemplateOffer[] = [];
  for (const config of arrayAt(fleet, 'LaunchTemplateConfigs')) {
    const template = await readLaunchTemplate(ec2, objectAt(config, 'LaunchTemplateSpecification'));
    const overrides = arrayAt(config, 'Overrides');
    for (const override of overrides.length === 0 ? [{}] : overrides.map((each) => objectAt(each))) {
      const instanceType = textAt(override, 'InstanceType') ?? textAt(template.launch, 'InstanceType') ?? '';
      const zone = textAt(override, 'AvailabilityZone') ?? await zoneOf(completeLaunch(override, template.launch), ec2);
      offers.push({ template, override, instanceType, zone, priority: numberAt(override, 'Priority') });
    }
  }
  return offers;
}

interface FleetLaunch {
  readonly fleet: JsonObject;
  readonly fleetId: string;
  readonly capacityType: CapacityType;
}

/** The launch of an offer: what its template says, what its override changes, and the fleet's tags. */
function launchOf({ template, override, instanceType }: TemplateOffer, { fleet, fleetId, capacityType }: FleetLaunch): JsonObject {
  const count = textAt(fleet, 'TargetCapacitySpecification', 'TotalTargetCapacity') ?? '1';
  const { ImageId, SubnetId } = override;
  return completeLaunch({
    LaunchTemplate: { LaunchTemplateId: template.id, Version: template.version },
    InstanceType: instanceType,
    ...(ImageId === undefined ? {} : { ImageId }),
    ...(SubnetId === undefined ? {} : { SubnetId }),
    MinCount: count,
    MaxCount: count,
    ...(capacityType === 'spot' ? { InstanceMarketOptions: { MarketType: 'spot' } } : {}),
    TagSpecification: [
      tagSpecification('instance', { ...tagsFor('instance', fleet), 'aws:ec2:fleet-id': fleetId }),
      tagSpecification('volume', tagsFor('volume', fleet)),
    ],
  }, template.launch);
}

interface FleetOutcome {
  readonly fleetId: string;
  readonly capacityType: CapacityType;
  readonly refused: readonly RefusedOffer[];
  readonly launched?: { readonly offer: TemplateOffer; readonly instanceIds: readonly string[] };
}

function fleetAnswer({ fleetId, capacityType, refused, launched }: FleetOutcome): AwsAnswer {
  const errors = refused.map(({ offer, fault: { code, message } }) => xmlElement('item', [
    templateAndOverrides(offer),
    xmlElement('lifecycle', capacityType),
    xmlElement('errorCode', code),
    xmlElement('errorMessage', message),
  ]));
  const instances = launched === undefined ? [] : [xmlElement('item', [
    templateAndOverrides(launched.offer),
    xmlElement('lifecycle', capacityType),
    xmlElement('instanceIds', launched.instanceIds.map((id) => xmlElement('item', id))),
    xmlElement('instanceType', launched.offer.instanceType),
  ])];
  const note = launched === undefined ? 'no capacity' : `${launched.instanceIds.join(' ')} ${launched.offer.instanceType} ${launched.offer.zone} ${capacityType}`;
  return ec2Answer('CreateFleet', [
    xmlElement('fleetId', fleetId),
    xmlElement('errorSet', errors),
    xmlElement('fleetInstanceSet', instances),
  ], `${note}${refused.length === 0 ? '' : `; ${refused.length} refused: ${[...new Set(refused.map(({ fault: { code } }) => code))].join(', ')}`}`);
}

function templateAndOverrides({ template, override, instanceType, zone, priority }: TemplateOffer): XmlElement {
  const subnetId = textAt(override, 'SubnetId');
  const imageId = textAt(override, 'ImageId');
  return xmlElement('launchTemplateAndOverrides', [
    xmlElement('launchTemplateSpecification', [
      xmlElement('launchTemplateId', template.id),
      xmlElement('launchTemplateName', template.name),
      xmlElement('version', template.version),
    ]),
    xmlElement('overrides', [
      xmlElement('instanceType', instanceType),
      ...(subnetId === undefined ? [] : [xmlElement('subnetId', subnetId)]),
      xmlElement('availabilityZone', zone),
      ...(imageId === undefined ? [] : [xmlElement('imageId', imageId)]),
      ...(priority === undefined ? [] : [xmlElement('priority', String(priority))]),
    ]),
  ]);
}
