import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROSTER_ANNOTATION } from '../../lib/config/seats';
import { planWithRoster } from '../../lib/plan/plan';
import { seats, smallLab } from '../assembly/small-lab';
import { emptyFolder, writeAssembly } from '../assembly/write-assembly';

describe('the plan of a class with a roster', () => {
  const stack = smallLab(seats(3, undefined, { [ROSTER_ANNOTATION]: 'names.csv' }));
  const Resources = Object.fromEntries([...stack.resources.values()]
    .map(({ logicalId, type, properties, dependsOn }) => [logicalId, { Type: type, Properties: properties, DependsOn: dependsOn }]));
  const rosterWarnings = async (roster?: string): Promise<readonly object[]> => {
    const projectDirectory = emptyFolder();
    if (roster !== undefined) writeFileSync(join(projectDirectory, 'names.csv'), roster);
    const { warnings } = await planWithRoster({ assemblyDirectory: writeAssembly({ Resources }), projectDirectory });
    return warnings.filter(({ code }) => code.startsWith('Roster'));
  };

  it('warns of nothing where the roster can be read', async () => {
    expect(await rosterWarnings('student-001,김하늘\n')).toEqual([]);
  });

  it('fails when a seat has two students: it warns of the line, long before the class is opened', async () => {
    expect(await rosterWarnings('student-001,김하늘\nstudent-001,이준\n')).toEqual([{
      code: 'RosterRefused',
      message: expect.stringMatching(/^Line 2 of the roster .*names\.csv gives seat student-001 to a second student\.$/) as string,
      remedy: 'Keep one: the seat has 김하늘 already.',
    }]);
  });

  it('fails when the file is missing', async () => {
    expect(await rosterWarnings()).toMatchObject([{ code: 'RosterMissing' }]);
  });
});
