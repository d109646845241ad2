package ec2

import (
	"math"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// cheapestConfig gives the launch template that holds the cheapest offer of the request. EC2 looks at
// every launch template; the simulation looks only at the one that it is given.
func (c *Client) cheapestConfig(input *ec2.CreateFleetInput) ec2types.FleetLaunchTemplateConfigRequest {
	zones := map[string]string{}
	for _, subnet := range c.subnets {
		zones[*subnet.SubnetId] = *subnet.AvailabilityZone
	}
	capacityType := string(input.TargetCapacitySpecification.DefaultTargetCapacityType)

	best, lowest := 0, math.MaxFloat64
	for i, config := range input.LaunchTemplateConfigs {
		for _, override := range config.Overrides {
			// Zero means that there is no such offer.
			score := c.strategy.GetScore(string(override.InstanceType), capacityType, zones[*override.SubnetId])
			if score > 0 && score < lowest {
				best, lowest = i, score
			}
		}
	}
	return input.LaunchTemplateConfigs[best]
}
