"""Laws and findings as they are read (法令と洗い出しの結果の読み出し)."""
