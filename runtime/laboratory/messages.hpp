#pragma once

// What the parts of the laboratory say to each other, besides the training protocol.

#include "runtime/enlist/messages.hpp"

CAF_BEGIN_TYPE_ID_BLOCK(dk_laboratory, caf::id_block::dk_runtime::end)

CAF_ADD_ATOM(dk_laboratory, dk, start_atom, "start")
CAF_ADD_ATOM(dk_laboratory, dk, arrive_atom, "arrive")
CAF_ADD_ATOM(dk_laboratory, dk, due_atom, "due")
CAF_ADD_ATOM(dk_laboratory, dk, deliver_atom, "deliver")

CAF_END_TYPE_ID_BLOCK(dk_laboratory)
