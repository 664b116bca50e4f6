// SPDX-License-Identifier: GPL-2.0-only
#include "function.h"

extern const struct ep_model ep_model_82576, ep_model_nvme, ep_model_test;

const struct ep_model *const ep_models[] = {
	&ep_model_82576,
	&ep_model_nvme,
	&ep_model_test,
	NULL,
};
