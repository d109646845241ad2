/** The node label by which a team's pods find the nodes of its NodePool. Its value is the team's name. */
export const TEAM_LABEL = 'eks-team';
