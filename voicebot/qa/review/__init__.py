"""People over the scores: what they confirm and overrule, appeals, blind samples, and how far items can be trusted."""
