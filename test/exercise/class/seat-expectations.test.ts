import { textAt } from '../../../lib/json';
import { seatExpectations } from '../../../lib/exercise/class/seat-expectations';
import { expectationsOf } from '../../../lib/exercise/expectations';
import { seats, smallLabView } from '../../assembly/small-lab';

describe('what the exercise should find in a seat', () => {
  const lab = smallLabView();
  const expectations = seatExpectations(lab, 'student-007');

  test('has the names of the seat', () => {
    expect(expectations).toMatchObject({ namespace: 'student-007', nodePoolName: 'class' });
    expect(Object.values(expectations.nodeSelector)).toEqual(['student-007']);
  });

  test('is met by a node of any NodePool of the class', () => {
    expect(seatExpectations(smallLabView(seats(2)), 'student-001')).toMatchObject({ nodePoolName: 'class', otherNodePools: ['class-options'], capacityTypes: [] });
  });

  test('has one object, the exercise\'s Deployment in the seat, with no pods yet', () => {
    const [deployment, ...others] = expectations.objects;
    expect(others).toEqual([]);
    expect([textAt(deployment, 'metadata', 'namespace'), textAt(deployment, 'spec', 'replicas')]).toEqual(['student-007', '0']);
    expect(deployment).toMatchObject({ spec: { template: { spec: { nodeSelector: expectations.nodeSelector } } } });
  });

  test('is otherwise the lab\'s own', () => {
    const { region, replicas, deploymentName, nodeClassName } = expectationsOf(lab);
    expect(expectations).toMatchObject({ region, replicas, deploymentName, nodeClassName });
  });
});
