import Balancing

/// Choices written down from HAProxy 3.4, which alone knows these keywords: `hash-key`, `hash-type
/// ... none` and `hash-preserve-affinity`.
///
/// The servers: A 127.0.0.1:31100 `weight 2 id 30`, B 127.0.0.2:31106 `id 7`, C [::1]:31102
/// `weight 3 id 1000`, D 127.0.0.1:31103 `id 2`, E [::1]:31104 `id 100000`. The clients are those of
/// `RecordedHash`.
enum RecordedRing {
  /// `balance source`, `hash-type consistent`, by `hash-key`. The servers have no `guid`.
  static let hashKeys: [(key: String, first: String, hash: UInt64)] = [
    (
      "id", "DCACCEAACAACCAAACCCDADEBCCCDECBACCBDAAECBABBCCACCADECCACCDCD",
      0x66df_d074_96ba_fca0
    ),
    (
      "id32", "AAEBBCCDCCCAACCACDACDAECCCEAAAABACBDCCCADCAADEAEBDECDBABBADC",
      0xc41f_541d_6a47_7d6e
    ),
    (
      "guid", "DCACCEAACAACCAAACCCDADEBCCCDECBACCBDAAECBABBCCACCADECCACCDCD",
      0x66df_d074_96ba_fca0
    ),
    (
      "addr", "CECCCAAACCCECBCEBACCACEBCAACADBCDACCACADACBAACBCBBEACCCBDCCA",
      0x8738_0280_c4ea_3afc
    ),
    (
      "addr-port", "CDCAAABDEAEDDCAACADCACCCEBCABACDCAAEBEACEAABCDCAABCEEEDCCACC",
      0xf67e_084f_41de_2320
    ),
  ]

  /// `balance hash` of the three last numbers of the address, written without dots, with a sign
  /// before them or without.
  static let numbers:
    [(keyHash: KeyHash, hashKey: String, sign: String, first: String, hash: UInt64)] = [
      (
        .init(function: nil), "id", "",
        "BCACBDEACCACBDEAECACCDECBCAACDECBCADCDEABCECCDAABCECCDEABCAC", 0x8434_03a7_47f5_d794
      ),
      (
        .init(.consistent, function: nil, isAvalanche: true), "addr-port", "",
        "EEEAEECECCADABAAECACEAEECACCACDCCBCEACEDDCCECECECCDDAAABEAAC", 0xd93f_f11c_4bd6_845d
      ),
      (
        .init(function: nil, isAvalanche: true), "id", "-",
        "CACCCACAACCCDCCAABBACCACCCCADDECCECDAAABCBECABCCADAADCCCAAEC", 0x5e92_6dfe_bbd9_4bcb
      ),
    ]

  /// `balance source`, `hash-type consistent`, `hash-key addr`, `maxconn 20 maxqueue 15` everywhere,
  /// 130 sessions that stay: `.` for one that waits, `-` for one that finds the queue full.
  static let affinities: [(affinity: RingLimits.Affinity, servers: String)] = [
    (
      .maxconn,
      "CECCCAAACCCECBCEBACCACEBCAACADBCDACCACADACBAACBEBBEABABBDAAAADDDD"
        + "DBEEEDBEDEEEBBBEEDBDBBBEDEDDDDEEDED...............---------------"
    ),
    (
      .maxqueue,
      "CECCCAAACCCECBCEBACCACEBCAACADBCDACCACADACBAACB.BBEA...BD..A..DA."
        + ".BE..A.ED..EABBEEAB.BBBEBEB.B.B..E...DE.E..D..D....D...E.......DE"
    ),
  ]
}
