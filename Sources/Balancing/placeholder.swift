// module Balancing
