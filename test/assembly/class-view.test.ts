import type { ClassView } from '../../lib/assembly/class-view';
import { readLab } from '../../lib/assembly/lab-view';
import { TEAM_LABEL } from '../../lib/config/names';
import { textAt } from '../../lib/json';
import { synthLab } from '../support/synth-lab';

describe('the class of a lab', () => {
  test('is absent where there are no students', async () => {
    expect(readLab((await synthLab()).synthesized).class).toBeUndefined();
  });

  test('of one student has a list of seats in its NodePools, as that of many has', async () => {
    const { nodePools = [] } = readLab((await synthLab({ 'class.students': '1' })).synthesized).class ?? {};
    expect(nodePools.map(({ requirements, nodeLabels }) => [requirements.find(({ key }) => key === TEAM_LABEL)?.values, nodeLabels])).toEqual([
      [['student-001'], {}], [['student-001'], {}],
    ]);
  });

  describe('of 23 students', () => {
    let seats: ClassView | undefined;
    beforeAll(async () => {
      seats = readLab((await synthLab({ 'class.students': '23', 'class.idleMinutes': '45', 'class.cpuPerSeat': '5', 'class.names': 'class.csv' })).synthesized).class;
    });

    test('has a seat for each, in order', () => {
      expect(seats?.seats).toHaveLength(23);
      expect([seats?.seats[0], seats?.seats[22]]).toEqual(['student-001', 'student-023']);
    });

    test('has its NodePools in the order in which Karpenter tries them', () => {
      expect(seats?.nodePools.map(({ metadata, weight }) => [metadata.name, weight])).toEqual([['class', 10], ['class-options', 5]]);
    });

    test('has what the configuration says of it', () => {
      expect(seats).toMatchObject({ idleMinutes: 45, cpuPerSeat: 5, rosterFile: 'class.csv' });
    });

    test('has the objects of each seat, its namespace first, and none of another seat', () => {
      const objects = seats?.objectsBySeat.get('student-021') ?? [];
      expect(objects.map((object) => textAt(object, 'kind'))).toEqual([
        'Namespace', 'ServiceAccount', 'RoleBinding', 'ResourceQuota', 'ResourceQuota', 'LimitRange', 'NetworkPolicy',
      ]);
      expect(objects.slice(1).every((object) => textAt(object, 'metadata', 'namespace') === 'student-021')).toBe(true);
    });
  });
});
