import Balancing

/// Choices written down from HAProxy 2.6 itself, `nbthread 1`: the servers A, B, C, D, E that a
/// thousand clients got one after another. The first sixty are readable, all of them are in a hash.
///
/// The key of client `i`, from 0, is the address 127.0.0.0 + ((i + 1) × 0x9e3779 mod 2^24).
struct RecordedHash {
  /// The servers of a recording.
  enum Servers: String {
    /// `weight 1` everywhere
    case even
    /// Weights 10, 30, 20, 5 and 100.
    case weighted
    /// A: `id 30 weight 3`, B: `id 7`, C: `id 1000 weight 2`, D: `id 2 weight 4`
    case ids
    /// A: `weight 2`, B: `weight 3 disabled`, C: `weight 0`, D: `weight 1`, E: `backup weight 9`
    case states
    /// `option allbackups`; A is disabled, the rest are backups with the weights 2, 5, 5 and 1, and D
    /// is disabled.
    case backups
    /// A: `weight 0`, the rest are backups with the weights 2, 2, 5 and 1, and B is disabled.
    case oneBackup
  }

  let servers: Servers
  let keyHash: KeyHash
  let balanceFactor: Int
  let first: String
  let hash: UInt64

  init(
    _ servers: Servers, _ keyHash: KeyHash, factor: Int = 0, _ first: String, _ hash: UInt64
  ) {
    self.servers = servers
    self.keyHash = keyHash
    balanceFactor = factor
    self.first = first
    self.hash = hash
  }

  /// `balance source`
  static let source: [RecordedHash] = [
    .init(
      .even, .init(.mapBased),
      "BCDABCDABCDABCDABCDABCDABCDABCDABCDABCDABCDABCDABCDABCDABCDA", 0xf422_43a4_1534_4f85),
    .init(
      .even, .init(.mapBased, isAvalanche: true),
      "BDCDCCCDABDCCDCBCBADAAADBBBCACBADACDDACDBDDCDACBBDCAABDACDAA", 0xa6aa_20bb_f73b_ca39),
    .init(
      .even, .init(.consistent, isAvalanche: true),
      "BCABBDADAAACCDCCADBDDBACAAADCACADBABCADDDCAACADDDABCACCCCDAB", 0x948b_e691_d8a2_4440),
    .init(
      .even, .init(.consistent),
      "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB", 0xaa5e_9132_d227_8925),
    .init(
      .weighted, .init(.mapBased),
      "EBCECBEEEEAEEBEEBEECBECEEAEEBEEBEBCEECEEAEEBEEEEBCEDCEEAEEBE", 0x2502_ced7_b605_d765),
    .init(
      .weighted, .init(.mapBased, isAvalanche: true),
      "BCEEEEEEEEDEDEEBEBBEEEEBEEBECEBDEBEAECECEBEBEEEEEEABEBEEBEBE", 0x0912_00aa_1976_ecf0),
    .init(
      .weighted, .init(.consistent, isAvalanche: true),
      "DEECEEEBEDECCEECECBEAEEEECECEAEEBEECECEAEBEEEBBAEEECAABEAEEE", 0x3db8_8a26_7f42_2862),
    .init(
      .weighted, .init(.consistent),
      "AEEAEEBEAEEBEEEEAEEBEAEEAEEBEAEEBEAEEAEEBEAEEAEEBEAEEBEAEEAE", 0xdb6c_5ef4_65cc_910a),
    .init(
      .ids, .init(.mapBased),
      "BCAADCBAAADCBAADDCDADDDCDADDBCDADDBCAADCBAAADCBAADDCDADDDCDA", 0x32f2_b2b1_246f_9acd),
    .init(
      .ids, .init(.mapBased, isAvalanche: true),
      "DDCDAACBCDDCDDABCDADDADBDDDAAADDDACDACDDDAAADADDDDCDADDDADAA", 0x445e_a04a_f105_95eb),
    .init(
      .ids, .init(.consistent, isAvalanche: true),
      "DCDDDAAADAACDDADDAADADADDCBDADBACABDAAACBDBBBAACCADBDDACDADD", 0x4fb7_ac98_3de0_0102),
    .init(
      .ids, .init(.consistent),
      "BDBDDBDBBDBDDBDBBDBDBBDBDDBDBBDBDDBDBDDBDBBDBDDBDBBDBDBBDBDD", 0x7fe9_85d3_22f6_6965),
    .init(
      .states, .init(.mapBased),
      "DDAAAAADDDAAAAADDDAAAAADDDAAAAADDDAAAAADDAAAAAADDAAAAADDDAAA", 0x98b1_bfab_3371_d8b4),
    .init(
      .states, .init(.mapBased, isAvalanche: true),
      "DAADDDADDAADAAAAADAADADDAAAAAADAAAAAAADADDAAAAAADDDDADAAAAAA", 0x8be2_e782_736b_265d),
    .init(
      .states, .init(.consistent, isAvalanche: true),
      "AAAAADAAAAAAADADADADDAAAAAADDAAADAAADADDDAAAAAADDADAAAAADDAA", 0xad10_a4a0_0875_a8ea),
    .init(
      .states, .init(.consistent),
      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 0xd277_314e_33a5_512d),
    .init(
      .backups, .init(.mapBased),
      "CCBCCCEBCCBCCCEBCCBCCCEBCCBCCCEBCCBCCCEBCCBCCCEBCCBCCCEBCCBC", 0x9d7a_ed13_110f_6d59),
    .init(
      .backups, .init(.mapBased, isAvalanche: true),
      "CBCECCCEBCECCECCCCCBBCCECCCCCCCCBBCBBCCECBBCEBCCCECBBCBCCBBB", 0x1001_7b24_3cea_ce6d),
    .init(
      .backups, .init(.consistent, isAvalanche: true),
      "BCCBBCCCCECCCCCCBCECEBBBCCCCECCCCBCBECCCCCECCEEECCCCBCCCCBCB", 0x5a9a_c3ea_5575_e647),
    .init(
      .backups, .init(.consistent),
      "EEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEE", 0xf65d_ac60_c527_632d),
    .init(
      .oneBackup, .init(.mapBased),
      "DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDD", 0x6f3d_f8d1_3959_a7e5),
    .init(
      .oneBackup, .init(.mapBased, isAvalanche: true),
      "DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDD", 0x6f3d_f8d1_3959_a7e5),
    .init(
      .oneBackup, .init(.consistent, isAvalanche: true),
      "CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC", 0x2e73_87e6_98b8_8ced),
    .init(
      .oneBackup, .init(.consistent),
      "CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC", 0x2e73_87e6_98b8_8ced),
  ]

  /// `balance hash src`: the four bytes of the address.
  static let bytes: [RecordedHash] = [
    .init(
      .weighted, .init(.mapBased),
      "CEBEEEEEEEAEEEEEEBBBEBEEEAECEBEEEEEEECEECCEECEBEBEEECEEECEBE", 0xc976_6641_1196_f850),
    .init(
      .weighted, .init(.mapBased, isAvalanche: true),
      "EEEEEEECEEEBBCBBEBEEEBEEEEEEAEEEEEEEBEBEEEEEADEEECEEEEEAEECE", 0xca62_cf7c_fdd9_83c2),
    .init(
      .weighted, .init(.consistent),
      "EEEBEACDCABEEEEEBEEEBEBBBBBEBEBEDEBBEEBEEDBCECBBEBBACEEECEEE", 0x3588_25d2_900d_21a8),
    .init(
      .weighted, .init(.consistent, isAvalanche: true),
      "EAABEEBBAEECCECEEEBEEEBCEEEBEEBEBEEEEEEEEDBEBCCBEAEEEBEEAEEB", 0x71be_c67f_8672_aa10),
    .init(
      .weighted, .init(.mapBased, function: .djb2),
      "ECEEECEEEAEEABEEBBEEBEEECEEECEEEAEEABEECBEEBEEECEEECEEBAEEEB", 0x7a55_a2dc_b801_2230),
    .init(
      .weighted, .init(.mapBased, function: .djb2, isAvalanche: true),
      "AEEEEEEBEEEECEBCEECABECEEEEEEEEACEEAEEEEAEDBEEBCEBDBEEBEEEEE", 0xa247_743f_91e7_9fdf),
    .init(
      .weighted, .init(.consistent, function: .djb2),
      "EEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEE", 0xf65d_ac60_c527_632d),
    .init(
      .weighted, .init(.consistent, function: .djb2, isAvalanche: true),
      "CBBBEEEEECEBEEEEEEEEAEEEEEEEEEACEEEBAEECCEBEBEEEEEBEEBEEBACE", 0x0a55_849f_2ab2_9b80),
    .init(
      .weighted, .init(.mapBased, function: .wt6),
      "BEAEBCEAEABEEDECEBEECEBECDCEAEEBEEDECEEBBEEBEEABBEEEEDEEBEEE", 0xa462_e25b_228d_1b3a),
    .init(
      .weighted, .init(.mapBased, function: .wt6, isAvalanche: true),
      "ECEDEEBEABEEEEEEBBCEEEBEEEECEAEEDEBBCBEEBEEEACEBEEEEBBEEEECC", 0xb1e1_9314_6032_f304),
    .init(
      .weighted, .init(.consistent, function: .wt6),
      "EBEEEBEECEEBECAEEBCCEBEBECEBEEABEEEEEEEEEEEBBEECEBBEEEAEEEEE", 0x2218_d7f0_2eb7_22e4),
    .init(
      .weighted, .init(.consistent, function: .wt6, isAvalanche: true),
      "EEEEEEEEECAEEEBBEEEEEABEBCEEBBEEBEEEEEEBBAEBAAAEEECAEEEECAEB", 0x6b9d_815c_1d16_b04e),
    .init(
      .weighted, .init(.mapBased, function: .crc32),
      "BBEEECEEBEEEEBEEEEBBECEEEEEEEACAEEEEEBEEBBCBEEEBBBBCCECEEBEE", 0x2fde_ced2_9500_7721),
    .init(
      .weighted, .init(.mapBased, function: .crc32, isAvalanche: true),
      "CCBEEEEEEEEEABACABECDADEEEEBEEEEBBDEECEBBEBBEBEEEEAEEEBCEEEE", 0x1202_2a8e_e029_2300),
    .init(
      .weighted, .init(.consistent, function: .crc32),
      "EEEEAEEEBECECEDBEAEECEEEEDEEBCEEDEEBEEEAEEBCEEECEBAEBCBEECEE", 0x311e_5029_5e28_e304),
    .init(
      .weighted, .init(.consistent, function: .crc32, isAvalanche: true),
      "EEBEBEEEBAEEEEAEECBECECBCEBBBEBBCBEEBEEEEACAEBEEEEECBEEAAECC", 0x4cc0_b8f1_b294_a682),
  ]

  /// `balance hash src,concat(-of-a-client)`: the address as text, and the text behind it.
  static let text: [RecordedHash] = [
    .init(
      .ids, .init(.mapBased),
      "CADAAADADBBADACDAABCCDCADCCDCADBCABCCAAACBCDCBDDACADADDCACBA", 0x1603_2749_7000_03b9),
    .init(
      .ids, .init(.mapBased, isAvalanche: true),
      "DADADCAAABCDDCCCCCABDDAABCADAABDCCDADDCDCAAADDDADBDBBDDDADCD", 0xfe8b_f10d_d75a_4684),
    .init(
      .ids, .init(.consistent),
      "BADCDACDCBDADBDCCADAABDCACACBADBBDBCCAAADACCBCCADDDDADDBBCDD", 0x8511_0ac3_fd67_93fa),
    .init(
      .ids, .init(.consistent, isAvalanche: true),
      "AAACAAACACDBBDAADADADDAABADAADAADDADDADABBBDDADDDDCDCDBDDCAA", 0xb094_dcfd_7d45_5567),
    .init(
      .ids, .init(.mapBased, function: .djb2),
      "AAADDDACBDADABACDAADBDADDDBAAADADDCDDADBACDABCAAADACDDADCDCD", 0x6028_6157_37c0_a4d5),
    .init(
      .ids, .init(.mapBased, function: .djb2, isAvalanche: true),
      "CDCDCABBADAADACCDDAADADDDDABBDDDACABBDAABDACBDCDCDABCDBDADCD", 0xdf92_390b_82e5_238d),
    .init(
      .ids, .init(.consistent, function: .djb2),
      "DACAACACADBADDDDBABDCDDADBCDACDDDAACDDDDCADAAABABADDCDDDDBCD", 0x2f16_192a_0d85_767e),
    .init(
      .ids, .init(.consistent, function: .djb2, isAvalanche: true),
      "CDAACCDDDCDABCDAAADBDDADDBBBDABDADCBDAADBADDBBCADDADCDDDDDDA", 0x4bf2_29db_1dae_372c),
    .init(
      .ids, .init(.mapBased, function: .wt6),
      "AACADDAADCDDCCDDADCDACADDAACDDBDDBCBCACADDBDDDBDCCDDDCBACDDA", 0x25d1_0470_270b_17d1),
    .init(
      .ids, .init(.mapBased, function: .wt6, isAvalanche: true),
      "ACDCDDDABDADACCDDDDDDDADAABACCADDDDACDDACDBDDDCDDCDDDCBAAACB", 0x5dae_0503_90a3_ada3),
    .init(
      .ids, .init(.consistent, function: .wt6),
      "ACADDDCACCCACDCDADDDDACBACDCAACAAACDCAACDACDDABBAAACABDBADDB", 0x4d36_3a95_b11e_5096),
    .init(
      .ids, .init(.consistent, function: .wt6, isAvalanche: true),
      "DDDCDCCDDDCDCDDCCDDDDAACBDDCABDDAADDDBADCAABCDDDDACBDDDBABDA", 0x7395_4557_ecf4_ad41),
    .init(
      .ids, .init(.mapBased, function: .crc32),
      "DCCADDDBDACCBACADCACDDDBABDCABCADDAABDCAADCDDADCCACAABDDDDDA", 0x7701_5650_24cb_77ac),
    .init(
      .ids, .init(.mapBased, function: .crc32, isAvalanche: true),
      "AABDDDBDADACBCACCBABCCBABDCAADDAAAACDBCDDADCDADDDCDABDBCDDDC", 0xc209_ecb7_1b37_510e),
    .init(
      .ids, .init(.consistent, function: .crc32),
      "ACADDCAAACDCCCDCDCDDBABBDCDBDBCADDDDADCDDADACADBCDDADCDDDCCA", 0x49f1_e200_056f_7585),
    .init(
      .ids, .init(.consistent, function: .crc32, isAvalanche: true),
      "DAAADADABCDDDDDADADBACCACDCAACDADDDADDADDDDACABDAADBDADBDABA", 0x3dc3_3f60_ecd5_3216),
  ]

  /// `balance source` with `hash-balance-factor`, 400 sessions that stay.
  static let balanceFactor: [RecordedHash] = [
    .init(
      .weighted, .init(.consistent, isAvalanche: true), factor: 101,
      "DEECEEEBEAEECEEEBEBEEBEEBCEEEBEAEECCEBEEEBEEBEECEDECABEEEEEC", 0xd549_2ffc_376e_dd67),
    .init(
      .weighted, .init(.consistent, isAvalanche: true), factor: 125,
      "DEECEEEBEAECBEECEEBEEEEEECEEEAEEBEECECEAEBEEEBBCEEECABBEEEEE", 0x16c9_293f_4c7d_8a53),
    .init(
      .weighted, .init(.consistent, isAvalanche: true), factor: 200,
      "DEECEEEBEAECCEECECBEAEEEECECEAEEBEECECEAEBEEEBBAEEECABBEEEEE", 0x3df1_4a64_06dc_0134),
    .init(
      .weighted, .init(.consistent, isAvalanche: true), factor: 1000,
      "DEECEEEBEDECCEECECBEAEEEECECEAEEBEECECEAEBEEEBBAEEECAABEAEEE", 0x5c84_684c_db33_55a6),
    .init(
      .ids, .init(.consistent, isAvalanche: true), factor: 110,
      "DCDBDAADCADCDDADBAADADDADCBDADBACADDADDCBDACDAACCADBDDACDADD", 0x2966_8c8f_8051_a760),
    .init(
      .states, .init(.consistent, isAvalanche: true), factor: 150,
      "AAAAADAAAAAAADADADADDAAAAAADDAAADAAADADDDAAAAAADDADAAAAADDAA", 0x1fdd_e893_46db_ec2e),
  ]

  /// `balance source` for 200 clients of a unix socket, who have no address.
  static let noKey: [RecordedHash] = [
    .init(
      .even, .init(.consistent, isAvalanche: true),
      "CDDCDBDACADABCAAABBCACCBCABDCCADBACDBDCBDAACBABBDDCBACBADCBA", 0xe7f1_60d9_5af3_4916),
    .init(
      .ids, .init(.consistent, isAvalanche: true),
      "DACBACCDCDDCCADDCDCDDCAADBADCADDDCCCBADADABACDCACADCCACBCACC", 0x4b98_bda2_1a87_01b9),
    .init(
      .states, .init(.consistent, isAvalanche: true),
      "DADDADAAAADAAAAAAAAAADAAAADAADDADAAAADDAAADADADDDADDADAAAADA", 0x9b49_1a20_a913_c485),
    .init(
      .backups, .init(.consistent, isAvalanche: true),
      "CCCCCCCCCCCCBECCCCCBCCBBCCCCECCBCCCCCCCCEBCCBCCCCCECBCBEBCBB", 0x77b5_9d5b_69be_721e),
    .init(
      .oneBackup, .init(.consistent, isAvalanche: true),
      "CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC", 0x46a3_7feb_e16d_704d),
    .init(
      .ids, .init(.mapBased),
      "ABDACDADCDABDACDADCDABDACDADCDABDACDADCDABDACDADCDABDACDADCD", 0xfd85_1741_29b0_19e5),
  ]
}
