// module Sessions
