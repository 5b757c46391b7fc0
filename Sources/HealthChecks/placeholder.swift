// module HealthChecks
